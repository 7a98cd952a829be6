import { useState, type ReactNode } from 'react';
import { Select } from '../ui/field.js';
import { sentence } from '../ui/format.js';
import { OneField, useSettings, type Entered } from './setting-fields.js';
import type { PlatformItem } from './wizard.js';

export interface EnteredCredentials extends Entered {
  readonly way: number;
  choose(way: number): void;
}

/** What is typed into the form of one of the ways to sign in. */
export function useCredentials(platform: PlatformItem): EnteredCredentials {
  const entered = useSettings();
  const simplest = platform.credentials.reduce(
    (best, one, i) => (required(one).length < required(platform.credentials[best]!).length ? i : best),
    0,
  );
  const [way, choose] = useState(simplest);
  const names = new Set(platform.credentials[way]?.fields.map(({ name }) => name));
  return {
    ...entered,
    way,
    choose,
    values: Object.fromEntries(Object.entries(entered.values).filter(([name]) => names.has(name))),
  };
}

type Way = PlatformItem['credentials'][number];

const required = (way: Way): Way['fields'] => way.fields.filter((field) => field.required);
const titleOf = (way: Way): string =>
  required(way)
    .map(({ name }) => sentence(name))
    .join(', ');

/** Ids are no secrets, and are easier to get right when they are seen. */
const isSecret = (name: string): boolean => !/(?:Id|At)$/.test(name);

/** The ways to sign in, and the fields of the one that was chosen: what the platform itself fills in later is not asked. */
export const CredentialFields = ({
  platform,
  entered,
  wrong,
}: {
  platform: PlatformItem;
  entered: EnteredCredentials;
  wrong: (field: string) => string | undefined;
}): ReactNode => {
  const chosen = platform.credentials[entered.way];
  return (
    <>
      {platform.credentials.length > 1 && (
        <Select
          label="Sign in with"
          value={String(entered.way)}
          options={platform.credentials.map((one, i) => [String(i), titleOf(one)] as const)}
          wrong={wrong('credentials')}
          onChange={(event) => entered.choose(Number(event.target.value))}
        />
      )}
      {chosen &&
        required(chosen).map((spec) => (
          <OneField
            key={spec.name}
            spec={spec}
            entered={entered}
            secret={isSecret(spec.name)}
            wrong={wrong(`credentials.${spec.name}`)}
          />
        ))}
    </>
  );
};
