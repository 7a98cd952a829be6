import { useState, type ReactNode } from 'react';
import { useLocation, useParams } from 'wouter';
import { Problem } from '../api/problem.js';
import { useAction, useRead } from '../api/use.js';
import { Checkbox, Input } from '../ui/field.js';
import { Form } from '../ui/form.js';
import { Page, Section } from '../ui/page.js';
import { Ready } from '../ui/states.js';
import type { ConnectionDetail } from './connection.js';
import { CredentialFields, useCredentials } from './credential-fields.js';
import { SettingFields, useSettings } from './setting-fields.js';
import type { PlatformItem } from './wizard.js';

/** Name, settings and place of a connection; and new credentials, which are never shown again. */
export function ConnectionEdit(): ReactNode {
  const { id = '' } = useParams<{ id: string }>();
  const connection = useRead('GET /connections/{id}', { params: { id } });
  const platforms = useRead('GET /platforms', {});
  return (
    <Page
      title={connection.data ? `Edit ${connection.data.name}` : 'Edit'}
      crumbs={[
        ['Connections', '/connections'],
        [connection.data?.name ?? 'Connection', `/connections/${id}`],
      ]}
    >
      <Ready query={connection}>
        {(found) => (
          <Ready query={platforms}>
            {({ items }) => {
              const platform = items.find(({ name }) => name === found.platform);
              return platform && <Forms connection={found} platform={platform} />;
            }}
          </Ready>
        )}
      </Ready>
    </Page>
  );
}

interface FormsProps {
  readonly connection: ConnectionDetail;
  readonly platform: PlatformItem;
}

const Forms = (of: FormsProps): ReactNode => (
  <div className="columns">
    <Section title="New credentials">
      <div className="card">
        <Reconnect {...of} />
      </div>
    </Section>
    <Section title="Name, settings and place">
      <div className="card">
        <Settings {...of} />
      </div>
    </Section>
  </div>
);

function Reconnect({ connection, platform }: FormsProps): ReactNode {
  const { act } = useAction();
  const [, go] = useLocation();
  const entered = useCredentials(platform);
  return (
    <Form
      verb="Seal them, and go on"
      send={async () => {
        await act(
          'POST /connections/{id}/credentials',
          { params: { id: connection.id }, body: { credentials: entered.values } },
          ({ resumed }) => `${connection.name} is active again; ${resumed} runs that waited go on.`,
        );
        go(`/connections/${connection.id}`);
      }}
    >
      {(wrong) => (
        <>
          <p className="quiet">They replace those it has. Runs that waited for them go on.</p>
          <CredentialFields platform={platform} entered={entered} wrong={wrong} />
        </>
      )}
    </Form>
  );
}

/** Asks for the credentials once more where the console says that they would go to another host. */
function Settings({ connection, platform }: FormsProps): ReactNode {
  const { act } = useAction();
  const [, go] = useLocation();
  const [name, setName] = useState(connection.name);
  const [baseUrl, setBaseUrl] = useState(connection.baseUrl ?? '');
  const [sandbox, setSandbox] = useState(connection.sandbox);
  const [elsewhere, setElsewhere] = useState(false);
  const settings = useSettings(connection.settings);
  const entered = useCredentials(platform);
  const save = async (): Promise<void> => {
    const place = { name, settings: settings.values, baseUrl: baseUrl || null, sandbox };
    const body = { ...place, ...(elsewhere ? { credentials: entered.values } : {}) };
    try {
      await act('PATCH /connections/{id}', { params: { id: connection.id }, body }, 'Saved.');
    } catch (thrown) {
      if (Problem.of(thrown).about('credentials')) setElsewhere(true);
      throw thrown;
    }
    go(`/connections/${connection.id}`);
  };
  return (
    <Form verb="Save" send={save}>
      {(wrong) => (
        <>
          <Input
            label="Name"
            required
            maxLength={64}
            value={name}
            wrong={wrong('name')}
            onChange={(e) => setName(e.target.value)}
          />
          <SettingFields platform={platform} entered={settings} wrong={wrong} />
          <Input
            label="Base URL"
            hint="Empty: the platform’s own. The stored credentials go to the same host alone."
            type="url"
            value={baseUrl}
            wrong={wrong('baseUrl')}
            onChange={(e) => setBaseUrl(e.target.value)}
          />
          <Checkbox
            label="It is a sandbox"
            hint="plain http and private addresses are allowed"
            checked={sandbox}
            onChange={(e) => setSandbox(e.target.checked)}
          />
          {elsewhere && <CredentialFields platform={platform} entered={entered} wrong={wrong} />}
        </>
      )}
    </Form>
  );
}
