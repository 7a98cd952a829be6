import type { Desk, MeteredDesk } from '../../desk/doors.js';
import type { ConsoleOptions } from '../options.js';

/** The console's doors as the operator's deeds take them. */
export const deskOf = ({ warehouse, queues }: ConsoleOptions): Desk => ({
  warehouse,
  queues: async () => queues,
});

export const meteredDeskOf = (doors: ConsoleOptions): MeteredDesk => ({
  ...deskOf(doors),
  mode: doors.mode,
  limiter: () => doors.engine().limiter,
});
