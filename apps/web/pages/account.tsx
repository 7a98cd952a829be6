import { useState, type ReactNode } from 'react';
import { useAction, useMe } from '../api/use.js';
import { Input } from '../ui/field.js';
import { Form } from '../ui/form.js';
import { ShownOnce } from '../ui/once.js';
import { Page, Section } from '../ui/page.js';
import { Tokens } from './tokens.js';

const MAY = {
  viewer: 'see everything here and change nothing',
  operator: 'see everything here, run, retry and replay',
  admin: 'do everything here, connections and users included',
} as const;

/** Oneself: what one may, the password, the second factor. */
export function Account(): ReactNode {
  const me = useMe();
  const [secret, setSecret] = useState<{ title: string; text: string; secret: string }>();
  return (
    <Page title="Account" lead={`You are ${me.name}. As ${me.role} you may ${MAY[me.role]}.`}>
      <div className="columns">
        <Section title="New password">
          <div className="card">
            <Password />
          </div>
        </Section>
        <Section title="Second factor">
          <div className="card">
            <SecondFactor />
          </div>
        </Section>
      </div>
      <Section title="Tokens for scripts">
        <Tokens onSecret={setSecret} />
      </Section>
      {secret && <ShownOnce {...secret} onClose={() => setSecret(undefined)} />}
    </Page>
  );
}

function Password(): ReactNode {
  const { act } = useAction();
  const { name } = useMe();
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  return (
    <Form
      verb="Set the password"
      disabled={fresh === '' || fresh !== again}
      send={async () => {
        await act(
          'PUT /account/password',
          { body: { current, fresh } },
          'The password is set. Your other sign-ins have ended.',
        );
        for (const empty of [setCurrent, setFresh, setAgain]) empty('');
      }}
    >
      {(wrong) => (
        <>
          <input type="hidden" name="username" value={name} autoComplete="username" />
          <PasswordField label="Password now" value={current} set={setCurrent} />
          <PasswordField fresh label="New password" value={fresh} set={setFresh} wrong={wrong('fresh')} />
          <PasswordField
            fresh
            label="New password again"
            value={again}
            set={setAgain}
            wrong={again !== '' && fresh !== again ? 'The two are not the same.' : undefined}
          />
        </>
      )}
    </Form>
  );
}

/** The secret and the codes are shown once, here, and kept nowhere in the page after that. */
function SecondFactor(): ReactNode {
  const { act } = useAction();
  const { secondFactor } = useMe();
  const [current, setCurrent] = useState('');
  const [code, setCode] = useState('');
  const [begun, setBegun] = useState<{ secret: string; uri: string }>();
  const [codes, setCodes] = useState<readonly string[]>();
  if (codes)
    return (
      <div className="stack">
        <p>It is on. Keep these codes: each signs you in once, should the authenticator be lost.</p>
        <pre tabIndex={0}>{codes.join('\n')}</pre>
      </div>
    );
  if (begun)
    return (
      <Form
        verb="Turn it on"
        send={async () => {
          const { recoveryCodes } = await act('POST /account/second-factor/confirm', { body: { code } });
          setCodes(recoveryCodes);
        }}
      >
        {(wrong) => (
          <>
            <p>
              Give this key to your authenticator: <code>{begun.secret}</code>, or{' '}
              <a href={begun.uri}>open it there</a>.
            </p>
            <CodeField label="The code it shows" value={code} set={setCode} wrong={wrong('code')} />
          </>
        )}
      </Form>
    );
  if (secondFactor)
    return (
      <Form
        verb="Take it off"
        tone="bad"
        send={async () => {
          await act(
            'DELETE /account/second-factor',
            { body: { current, code } },
            'The second factor is off.',
          );
          setCurrent('');
          setCode('');
        }}
      >
        {(wrong) => (
          <>
            <p>It is on: a password alone does not sign you in.</p>
            <PasswordField label="Your password" value={current} set={setCurrent} />
            <CodeField label="A code of the authenticator" value={code} set={setCode} wrong={wrong('code')} />
          </>
        )}
      </Form>
    );
  return (
    <Form
      verb="Begin"
      send={async () => {
        setBegun(await act('POST /account/second-factor', { body: { current } }));
        setCurrent('');
      }}
    >
      {() => (
        <>
          <p className="quiet">It is off. With a second factor, a password alone does not sign in.</p>
          <PasswordField label="Your password" value={current} set={setCurrent} />
        </>
      )}
    </Form>
  );
}

interface Typed {
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
  readonly wrong?: string | undefined;
}

/** `fresh`: one that is being chosen, which password keepers may make up. */
function PasswordField({ set, fresh = false, ...shown }: Typed & { readonly fresh?: boolean }): ReactNode {
  return (
    <Input
      {...shown}
      type="password"
      autoComplete={fresh ? 'new-password' : 'current-password'}
      required
      onChange={(e) => set(e.target.value)}
    />
  );
}

function CodeField({ set, ...shown }: Typed): ReactNode {
  return (
    <Input
      {...shown}
      inputMode="numeric"
      autoComplete="one-time-code"
      required
      onChange={(e) => set(e.target.value)}
    />
  );
}
