/** The run waits for something outside until an instant: its worker is free, and the wait counts as no attempt. */
export class Snooze extends Error {
  override readonly name = 'Snooze';
  constructor(
    readonly until: Date,
    why: string,
    /** `queued` where a newer slot may take its place. */
    readonly state: 'snoozed' | 'queued' = 'snoozed',
  ) {
    super(why);
  }
}
