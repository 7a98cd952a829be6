import { useState, type ReactNode } from 'react';
import { useAction, useRead } from '../api/use.js';
import { Checkbox, Input } from '../ui/field.js';
import { Form } from '../ui/form.js';
import { CredentialFields, useCredentials } from './credential-fields.js';
import { SettingFields, useSettings } from './setting-fields.js';
import type { PlatformItem } from './wizard.js';

interface StepProps {
  readonly platform: PlatformItem;
  readonly name: string;
  readonly onBack: () => void;
  readonly onSaved: (id: string) => void;
}

type Way = 'enter' | 'page' | 'sandbox';

/** How the account lets us in: credentials typed here, the platform's own sign-in page, or the sandbox beside. */
export function CredentialsStep(props: StepProps): ReactNode {
  const { platform } = props;
  const accounts = useRead('GET /sandbox/accounts', {});
  const sandbox = accounts.data?.items.find((one) => one.platform === platform.name);
  const [chosen, setChosen] = useState<Way>();
  const way = chosen ?? (sandbox ? 'sandbox' : 'enter');
  const ways: readonly (readonly [Way, string, string])[] = [
    ...(sandbox
      ? [['sandbox', 'Use the sandbox', 'A made-up account that runs beside this console'] as const]
      : []),
    ['enter', 'Enter credentials', 'Sealed as soon as they are sent; never shown again'],
    ...(platform.signInPage
      ? [
          [
            'page',
            `Sign in at ${platform.title}`,
            'With an app of your own there; the browser goes and comes back',
          ] as const,
        ]
      : []),
  ];
  return (
    <div className="stack">
      {ways.length > 1 && (
        <fieldset className="form">
          <legend>How {platform.title} lets us in</legend>
          {ways.map(([name, title, hint]) => (
            <label key={name} className="choice choice-card">
              <input type="radio" name="way" checked={way === name} onChange={() => setChosen(name)} />
              <span>
                <span className="strong">{title}</span>
                <br />
                <span className="small quiet">{hint}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {way === 'sandbox' && sandbox && <Sandbox {...props} account={sandbox} />}
      {way === 'enter' && <Enter {...props} />}
      {way === 'page' && <SignInPage {...props} />}
      <div>
        <button type="button" onClick={props.onBack}>
          Back
        </button>
      </div>
    </div>
  );
}

interface Account {
  readonly settings: Record<string, unknown>;
  readonly credentials?: unknown;
  readonly baseUrl: string;
}

function Sandbox({ platform, name, onSaved, account }: StepProps & { account: Account }): ReactNode {
  const { act } = useAction();
  const send = async (): Promise<void> => {
    const { settings, credentials, baseUrl } = account;
    const made = await act('POST /connections', {
      body: {
        platform: platform.name,
        name,
        settings,
        credentials: credentials as Record<string, unknown>,
        baseUrl,
        sandbox: true,
      },
    });
    onSaved(made.id);
  };
  return (
    <Form verb="Connect the sandbox" send={send}>
      {() => (
        <p className="quiet">
          Nothing has to be entered: its credentials are public and open nothing else. Calls go to{' '}
          <code>{account.baseUrl}</code>.
        </p>
      )}
    </Form>
  );
}

function Enter({ platform, name, onSaved }: StepProps): ReactNode {
  const { act } = useAction();
  const settings = useSettings();
  const credentials = useCredentials(platform);
  const [baseUrl, setBaseUrl] = useState('');
  const [sandbox, setSandbox] = useState(false);
  const send = async (): Promise<void> => {
    const made = await act('POST /connections', {
      body: {
        platform: platform.name,
        name,
        settings: settings.values,
        credentials: credentials.values,
        ...(baseUrl ? { baseUrl, sandbox } : {}),
      },
    });
    onSaved(made.id);
  };
  return (
    <Form verb="Save, and go on to the test" send={send}>
      {(wrong) => (
        <>
          <SettingFields platform={platform} entered={settings} wrong={wrong} />
          <CredentialFields platform={platform} entered={credentials} wrong={wrong} />
          <details>
            <summary>Talk to another server than the platform’s own</summary>
            <div className="stack">
              <Input
                label="Base URL"
                type="url"
                value={baseUrl}
                wrong={wrong('baseUrl')}
                onChange={(e) => setBaseUrl(e.target.value)}
              />
              <Checkbox
                label="It is a stand-in"
                hint="plain http and private addresses are allowed"
                checked={sandbox}
                onChange={(e) => setSandbox(e.target.checked)}
              />
            </div>
          </details>
        </>
      )}
    </Form>
  );
}

/** The browser leaves for the platform's page, and comes back to the connection. */
function SignInPage({ platform, name }: StepProps): ReactNode {
  const { act } = useAction();
  const settings = useSettings();
  const redirect = useRead('GET /oauth/redirect-uri', {});
  const [clientId, setClientId] = useState('');
  const [clientSecret, setClientSecret] = useState('');
  const send = async (): Promise<void> => {
    const { url } = await act('POST /oauth/begin', {
      body: { platform: platform.name, name, settings: settings.values, app: { clientId, clientSecret } },
    });
    location.assign(url);
  };
  return (
    <Form verb={`Go to ${platform.title}`} send={send}>
      {(wrong) => (
        <>
          {redirect.data && (
            <p>
              Register this redirect address with your app there: <code>{redirect.data.redirectUri}</code>
            </p>
          )}
          <SettingFields platform={platform} entered={settings} wrong={wrong} />
          <Input
            label="Client id"
            required
            autoComplete="off"
            value={clientId}
            wrong={wrong('app.clientId')}
            onChange={(e) => setClientId(e.target.value)}
          />
          <Input
            label="Client secret"
            type="password"
            required
            autoComplete="new-password"
            value={clientSecret}
            wrong={wrong('app.clientSecret')}
            onChange={(e) => setClientSecret(e.target.value)}
          />
        </>
      )}
    </Form>
  );
}
