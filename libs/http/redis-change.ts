import type { LimitSpec } from './limit.js';
import { budgetOf, LOAN_MINUTES, stepOf, type Budget, type Change, type Loan, type Sight } from './store.js';

/*
 * What is done to a Bottleneck's settings hash besides Bottleneck's own scripts. `incrementReservoir` may lift a
 * bucket above its maximum and `updateSettings` writes without looking; here both happen in one step, bounded.
 * The field names are those of Bottleneck 2.19.5, which is final; those that begin with `stratus` are ours.
 */

const CLOSED_UNTIL = 'stratusClosedUntil';
/** Set by `init` when it finds the keys gone: what was under way then is not known. */
export const LOST = 'stratusLost';
/** Grows by what calls took that was not there: tells who waits behind whom. */
export const WAITED = 'stratusWaited';
const SLOTS = LOAN_MINUTES + 1;

export const LOOK_FIELDS = [
  'reservoir',
  'reservoirIncreaseMaximum',
  'reservoirIncreaseAmount',
  'reservoirIncreaseInterval',
  'lastReservoirIncrease',
  CLOSED_UNTIL,
  WAITED,
] as const;

/** Adds to the points under way; one pair of fields per minute, used again and again. */
const OUT = `
local function lend(minute, weight)
  local slot = minute % ${SLOTS}
  if tonumber(redis.call('hget', key, 'stratusOutAt' .. slot)) == minute then
    redis.call('hincrby', key, 'stratusOut' .. slot, weight)
  elseif weight > 0 then
    redis.call('hset', key, 'stratusOutAt' .. slot, minute, 'stratusOut' .. slot, weight)
  end
end
local function lent(minute)
  local sum = 0
  for slot = 0, ${SLOTS - 1} do
    local at, out = unpack(redis.call('hmget', key, 'stratusOutAt' .. slot, 'stratusOut' .. slot))
    if at and tonumber(at) > minute - ${SLOTS} then sum = sum + tonumber(out) end
  end
  return sum
end
`;

/** Counts points as under way. */
export const LEND_SCRIPT = `
local key = KEYS[1]
${OUT}
if redis.call('exists', key) == 0 then return 0 end
lend(tonumber(ARGV[1]), tonumber(ARGV[2]))
return 1
`;

/** The same reckoning as `corrected` in store.ts. Lost keys stay lost: the next call makes them again. */
export const CHANGE_SCRIPT = `
local key = KEYS[1]
${OUT}
local refund, weight, since, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local shutUntil, shutForMs = tonumber(ARGV[5]), tonumber(ARGV[6])
local available, ceiling, reserve = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local amount, interval = ARGV[10], ARGV[11]
local s = redis.call('hmget', key, 'id', 'reservoir', 'reservoirIncreaseMaximum', 'reservoirIncreaseAmount',
  'reservoirIncreaseInterval', '${CLOSED_UNTIL}', '${LOST}', 'lastReservoirIncrease')
if not s[1] then return 0 end
if shutUntil and shutUntil > (tonumber(s[6]) or 0) then
  redis.call('hset', key, '${CLOSED_UNTIL}', shutUntil)
end
local was, maximum = tonumber(s[2]), tonumber(s[3])
if not was or not maximum then return 0 end
if weight > 0 then lend(since, -weight) end
-- As Bottleneck's own process_tick does, before anything is compared with what the platform has by now.
local steps = math.max(0, math.floor((now - tonumber(s[8])) / tonumber(s[5])))
local points = was + math.max(0, math.min(steps * tonumber(s[4]), maximum - was))
redis.call('hset', key, 'lastReservoirIncrease', s[8] + steps * tonumber(s[5]))
points = math.min(points + refund, math.max(points, available and ceiling or maximum))
if available then
  -- A step less: the platform already has a part of what the next step will bring.
  local missing = available - reserve - lent(math.floor(now / 60000)) - points - tonumber(amount)
  if missing > 0 and not s[7] then points = points + missing / 2 end
  points = math.min(points, ceiling, available - math.floor(reserve / 2))
  if ceiling ~= maximum then redis.call('hset', key, 'reservoirIncreaseMaximum', ceiling) end
  if amount ~= s[4] or interval ~= s[5] then
    redis.call('hset', key, 'reservoirIncreaseAmount', amount, 'reservoirIncreaseInterval', interval)
  end
else
  amount, interval = s[4], s[5]
end
if shutUntil then
  points = math.min(points, 0, weight - shutForMs * tonumber(amount) / tonumber(interval))
end
points = math.floor(points)
redis.call('hset', key, 'reservoir', points)
return points
`;

export const minuteOf = (nowMs: number): number => Math.floor(nowMs / 60_000);

const NO_LOAN: Loan = { weight: 0, minute: 0, ticket: 0 };

export function changeArguments(change: Change, spec: LimitSpec, nowMs: number): (string | number)[] {
  const { refund, ends = NO_LOAN, level, shutForMs } = change;
  const shut = shutForMs === undefined ? ['', ''] : [Math.round(nowMs + shutForMs), Math.round(shutForMs)];
  const head = [refund, ends.weight, ends.minute, nowMs, ...shut];
  if (!level) return [...head, '', '', '', '', ''];
  const { ceiling, reserve, perSecond } = budgetOf(spec, level.capacity, level.perSecond);
  const { amount, intervalMs } = stepOf(perSecond);
  return [...head, Math.floor(level.available), ceiling, reserve, amount, intervalMs];
}

/** What the fields say, with the points that came back since somebody last wrote them. */
export function sightOf(
  fields: readonly (string | null)[],
  known: Budget,
  counts: boolean,
  nowMs: number,
): Sight {
  const [points, maximum, amount, interval, increasedAt, closedUntil, waited = 0] = fields.map((text) =>
    text === null || text === '' ? undefined : Number(text),
  );
  const closedForMs = Math.max(0, (closedUntil ?? 0) - nowMs);
  if (!counts) return { points: Number.POSITIVE_INFINITY, waited, perSecond: 1, closedForMs };
  if (points === undefined || maximum === undefined || !amount || !interval)
    return { points: known.reserve, waited, perSecond: known.perSecond, closedForMs };
  const steps = Math.max(0, Math.floor((nowMs - (increasedAt ?? nowMs)) / interval));
  return {
    points: Math.max(points, Math.min(maximum, points + steps * amount)),
    waited,
    perSecond: (amount / interval) * 1000,
    closedForMs,
  };
}
