import { useState, type ReactNode } from 'react';
import { Input, Select } from '../ui/field.js';
import { sentence } from '../ui/format.js';
import type { PlatformItem } from './wizard.js';

export type FieldSpec = PlatformItem['settings'][number];

export interface Entered {
  readonly texts: Readonly<Record<string, string>>;
  set(name: string, text: string): void;
  /** What was entered and is not empty. */
  readonly values: Record<string, string>;
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value);

export function useSettings(before: Readonly<Record<string, unknown>> = {}): Entered {
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(Object.entries(before).map(([name, value]) => [name, shown(value)])),
  );
  return {
    texts,
    set: (name, text) => setTexts((now) => ({ ...now, [name]: text })),
    values: Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')),
  };
}

/** What a platform must know of an account besides secrets. What has a default stands behind one more click. */
export const SettingFields = ({
  platform,
  entered,
  wrong,
}: {
  platform: PlatformItem;
  entered: Entered;
  wrong: (field: string) => string | undefined;
}): ReactNode => {
  const field = (spec: FieldSpec): ReactNode => (
    <OneField key={spec.name} spec={spec} entered={entered} wrong={wrong(`settings.${spec.name}`)} />
  );
  const optional = platform.settings.filter((spec) => !spec.required);
  return (
    <>
      {platform.settings.filter((spec) => spec.required).map(field)}
      {optional.length > 0 && (
        <details>
          <summary>More settings, which have defaults</summary>
          <div className="stack">{optional.map(field)}</div>
        </details>
      )}
    </>
  );
};

/** One input for whatever it is: a choice where only some values are taken, unseen where it is a secret. */
export function OneField({
  spec,
  entered,
  wrong,
  secret,
}: {
  spec: FieldSpec;
  entered: Entered;
  wrong: string | undefined;
  secret?: boolean;
}): ReactNode {
  const common = {
    label: sentence(spec.name),
    hint: spec.description ?? undefined,
    wrong,
    required: spec.required,
    value: entered.texts[spec.name] ?? '',
    onChange: (event: { target: { value: string } }) => entered.set(spec.name, event.target.value),
  };
  if (spec.allowed && spec.allowed.length > 1)
    return (
      <Select
        {...common}
        options={[
          ['', spec.required ? 'Choose …' : 'By default'],
          ...spec.allowed.map((one) => [shown(one), shown(one)] as const),
        ]}
      />
    );
  return (
    <Input
      {...common}
      type={secret ? 'password' : 'text'}
      autoComplete={secret ? 'new-password' : 'off'}
      placeholder={shown(spec.default) || undefined}
    />
  );
}
