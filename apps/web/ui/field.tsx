import { useId, type ComponentProps, type ReactNode } from 'react';

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with what was given. */
  readonly wrong?: string | undefined;
}

const describedBy = (id: string, { hint, wrong }: FieldProps): string | undefined =>
  [hint ? `${id}-hint` : '', wrong ? `${id}-wrong` : ''].filter(Boolean).join(' ') || undefined;

function Around({ id, of, children }: { id: string; of: FieldProps; children: ReactNode }): ReactNode {
  return (
    <div className="field">
      <label htmlFor={id}>{of.label}</label>
      {children}
      {of.hint && (
        <span className="hint" id={`${id}-hint`}>
          {of.hint}
        </span>
      )}
      {of.wrong && (
        <span className="wrong" id={`${id}-wrong`} role="alert">
          {of.wrong}
        </span>
      )}
    </div>
  );
}

/** A labelled input; hint and complaint are read out with it. */
export function Input({ label, hint, wrong, ...input }: FieldProps & ComponentProps<'input'>): ReactNode {
  const id = useId();
  const of = { label, hint, wrong };
  return (
    <Around id={id} of={of}>
      <input
        id={id}
        aria-describedby={describedBy(id, of)}
        aria-invalid={wrong ? true : undefined}
        {...input}
      />
    </Around>
  );
}

export function TextArea({
  label,
  hint,
  wrong,
  ...area
}: FieldProps & ComponentProps<'textarea'>): ReactNode {
  const id = useId();
  const of = { label, hint, wrong };
  return (
    <Around id={id} of={of}>
      <textarea
        id={id}
        aria-describedby={describedBy(id, of)}
        aria-invalid={wrong ? true : undefined}
        {...area}
      />
    </Around>
  );
}

/** A choice of one: `[value, what it says]`. */
export function Select({
  label,
  hint,
  wrong,
  options,
  ...select
}: FieldProps & { options: readonly (readonly [string, string])[] } & ComponentProps<'select'>): ReactNode {
  const id = useId();
  const of = { label, hint, wrong };
  return (
    <Around id={id} of={of}>
      <select id={id} aria-describedby={describedBy(id, of)} {...select}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </Around>
  );
}

export const Checkbox = ({
  label,
  hint,
  ...input
}: { label: ReactNode; hint?: ReactNode } & ComponentProps<'input'>): ReactNode => (
  <label className="choice">
    <input type="checkbox" {...input} />
    <span>
      {label}
      {hint && <span className="small quiet"> {hint}</span>}
    </span>
  </label>
);
