import { useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { Ask } from '../api/call.js';
import { useAction, useRead } from '../api/use.js';
import { Input, Select } from '../ui/field.js';
import { Form } from '../ui/form.js';
import { plural } from '../ui/format.js';
import type { StreamFormProps } from './schedule-form.js';

type Cut = 'day' | 'week' | 'month';

/** A past range, by days, read beside the live runs. */
export function BackfillForm({ connectionId, stream, onDone }: StreamFormProps): ReactNode {
  const { act } = useAction();
  const [, go] = useLocation();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [slices, setSlices] = useState<Cut>('week');
  if (!stream.can.backfill)
    return (
      <p className="quiet">This stream is read in one go: it has no ranges. Read everything again instead.</p>
    );
  const params = { id: connectionId, stream: stream.stream };
  const send = async (): Promise<void> => {
    const { id } = await act(
      'POST /connections/{id}/streams/{stream}/backfills',
      { params, body: { from: startOf(from), to: endOf(to), slices } },
      (begun) => `The backfill of ${stream.title} has begun, in ${plural(begun.slices, 'slice')}.`,
    );
    onDone();
    go(`/backfills/${id}`);
  };
  return (
    <Form verb="Backfill" send={send}>
      {(wrong) => (
        <>
          <p className="quiet">
            The range is read again in slices, on spare quota. Live runs go on as they do, and rows that are
            the same are not written.
          </p>
          <Input
            label="From"
            type="date"
            required
            value={from}
            max={to || undefined}
            wrong={wrong('from')}
            onChange={(e) => setFrom(e.target.value)}
          />
          <Input
            label="To, that day included"
            type="date"
            required
            value={to}
            min={from || undefined}
            wrong={wrong('to')}
            onChange={(e) => setTo(e.target.value)}
          />
          <Select
            label="In slices of"
            value={slices}
            options={[
              ['day', 'a day'],
              ['week', 'a week'],
              ['month', 'a month'],
            ]}
            onChange={(e) => setSlices(e.target.value as Cut)}
          />
          {from && to && <Preview params={params} body={{ from: startOf(from), to: endOf(to), slices }} />}
        </>
      )}
    </Form>
  );
}

const PREVIEW = 'POST /connections/{id}/streams/{stream}/backfills/preview';

function Preview(ask: Ask<typeof PREVIEW>): ReactNode {
  const preview = useRead(PREVIEW, ask);
  return preview.data ? (
    <p className="note" role="status">
      That is {plural(preview.data.slices, 'slice')}.
    </p>
  ) : null;
}

/** Days are the viewer's: from the first instant of one, up to the first of the day after, but not into the future. */
const startOf = (day: string): string => new Date(`${day}T00:00:00`).toISOString();
function endOf(day: string): string {
  const end = new Date(`${day}T00:00:00`);
  end.setDate(end.getDate() + 1);
  return new Date(Math.min(end.getTime(), Date.now())).toISOString();
}
