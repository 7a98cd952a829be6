import { useState, type ReactNode } from 'react';
import { useRead } from '../api/use.js';
import type { ReplyOf } from '../../console/api/types.js';
import { Page } from '../ui/page.js';
import { Ready } from '../ui/states.js';
import { NameStep } from './wizard-name.js';
import { CredentialsStep } from './wizard-credentials.js';
import { StreamsStep } from './wizard-streams.js';

export type PlatformItem = ReplyOf<'GET /platforms'>['items'][number];

const STEPS = ['Platform and name', 'Credentials', 'Test and streams'] as const;

/** A new connection in three steps. The second saves it, paused; the third proves it and lets it go. */
export function Wizard(): ReactNode {
  const platforms = useRead('GET /platforms', {});
  const [platform, setPlatform] = useState<PlatformItem>();
  const [name, setName] = useState('');
  const [id, setId] = useState<string>();
  const step = id ? 2 : platform ? 1 : 0;
  return (
    <Page title="Add a connection" crumbs={[['Connections', '/connections']]}>
      <ol className="steps" aria-label="Steps">
        {STEPS.map((text, i) => (
          <li key={text} aria-current={i === step ? 'step' : undefined}>
            {text}
          </li>
        ))}
      </ol>
      <Ready query={platforms}>
        {({ items }) =>
          id && platform ? (
            <StreamsStep id={id} platform={platform} />
          ) : platform ? (
            <CredentialsStep
              platform={platform}
              name={name}
              onBack={() => setPlatform(undefined)}
              onSaved={setId}
            />
          ) : (
            <NameStep
              platforms={items}
              name={name}
              onChosen={(chosen, called) => {
                setPlatform(chosen);
                setName(called);
              }}
            />
          )
        }
      </Ready>
    </Page>
  );
}
