import { useState, type ReactNode } from 'react';
import { Input } from '../ui/field.js';
import { Form } from '../ui/form.js';
import { plural } from '../ui/format.js';
import type { PlatformItem } from './wizard.js';

/** Which platform, and what the account is called here. */
export function NameStep({
  platforms,
  name: before,
  onChosen,
}: {
  platforms: readonly PlatformItem[];
  name: string;
  onChosen: (platform: PlatformItem, name: string) => void;
}): ReactNode {
  const [chosen, setChosen] = useState(platforms[0]?.name ?? '');
  const [name, setName] = useState(before);
  const platform = platforms.find((one) => one.name === chosen);
  return (
    <Form
      verb="Next: credentials"
      send={async () => {
        if (platform) onChosen(platform, name.trim());
      }}
    >
      {() => (
        <>
          <fieldset>
            <legend>Platform</legend>
            <div className="stack tight">
              {platforms.map((one) => (
                <label key={one.name} className="choice choice-card">
                  <input
                    type="radio"
                    name="platform"
                    checked={one.name === chosen}
                    onChange={() => setChosen(one.name)}
                  />
                  <span>
                    <span className="strong">{one.title}</span>
                    <span className="small quiet"> {plural(one.streams.length, 'stream')}</span>
                  </span>
                </label>
              ))}
            </div>
          </fieldset>
          <Input
            label="Name"
            hint="What you call this account: lists, logs and the command line show it."
            required
            maxLength={64}
            autoComplete="off"
            value={name}
            onChange={(e) => setName(e.target.value)}
          />
        </>
      )}
    </Form>
  );
}
