import { LATELY_MS, leaves, RANK } from './lane.js';
import type { LimitSpec } from './limit.js';
import {
  budgetAfter,
  GRACE_MS,
  LAPSE_MS,
  LOAN_MS,
  LONGEST_KEPT_MS,
  readingOf,
  SLACK_MS,
  stepOf,
  type Answer,
  type Budget,
  type Change,
  type Seat,
} from './store.js';

/*
 * What is done to a Bottleneck's settings hash besides Bottleneck's own scripts, each in one step. The field names are
 * those of Bottleneck 2.19.5, which is final; those that begin with `stratus` are ours. Two hashes lie beside it: the
 * line of those who wait, and the loans of calls under way. The reckoning is that of bucket.ts.
 */

export const CLOSED_UNTIL = 'stratusClosedUntil';
/** The platform's own size of the bucket, once it told. */
export const CAPACITY = 'stratusCapacity';
/** 1 where the keys were found gone and made again; then the instant that was noticed. */
export const LOST = 'stratusLost';
/** Bottleneck's settings, the line, the loans. */
export type OwnKeys = readonly [settings: string, line: string, loans: string];
export const keysOf = (id: string): OwnKeys => [
  `b_${id}_settings`,
  `b_${id}_stratus_line`,
  `b_${id}_stratus_loans`,
];

/** For so long after a loss there may be calls on their way to the platform that nobody knows of. */
const SETTLE_MS = 10_000;
/** The line and the loans outlive nobody who uses them. */
const KEEP_MS = 2 * LOAN_MS;

const COMMON = `
local settings, line, loans = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('time')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local s = redis.call('hmget', settings, 'reservoir', 'reservoirIncreaseMaximum', 'reservoirIncreaseAmount',
  'reservoirIncreaseInterval', 'lastReservoirIncrease', '${CLOSED_UNTIL}', '${LOST}', '${CAPACITY}')
local points, maximum, amount, interval, last = tonumber(s[1]), tonumber(s[2]), tonumber(s[3]), tonumber(s[4]), tonumber(s[5])
local closedUntil = tonumber(s[6]) or 0
local settling = s[7] and s[7] ~= '' and (s[7] == '1' or now - tonumber(s[7]) < ${SETTLE_MS})
-- As Bottleneck's own process_tick does, before anything is compared with what there is.
if points and maximum then
  local steps = math.max(0, math.floor((now - last) / interval))
  points = points + math.max(0, math.min(steps * amount, maximum - points))
  last = last + steps * interval
end
local function whole(number) return string.format('%.0f', number) end
local function put()
  redis.call('hset', settings, 'reservoir', whole(points), 'lastReservoirIncrease', last)
end
`;

/** Takes the points if it is the caller's turn and they are there, else keeps its place in line. */
export const ASK_SCRIPT = `
${COMMON}
if not points then return {'lost'} end
local id, rank, since, weight = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local patience, spender, keepFor = tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7])
local leaves = {tonumber(ARGV[8]), tonumber(ARGV[9])}
local kept = 'kept ' .. rank .. ' ' .. spender
if s[7] == '1' then redis.call('hset', settings, '${LOST}', now) end
redis.call('pexpire', settings, keepFor)
local first = not since
if first then
  local place = redis.call('hget', line, kept)
  if place then redis.call('hdel', line, kept) end
  since = place and tonumber(string.match(place, '^%S+ (%S+)')) or tonumber(time[1]) * 1000000 + tonumber(time[2])
end
local ahead, count = 0, 0
local entries = redis.call('hgetall', line)
for i = 1, #entries, 2 do
  local r, at, w, untilMs = string.match(entries[i + 1], '^(%S+) (%S+) (%S+) (%S+)$')
  r, at = tonumber(r), tonumber(at)
  if tonumber(untilMs) <= now then
    redis.call('hdel', line, entries[i])
  elseif entries[i] ~= id and (r < rank or (r == rank and (at < since or (at == since and entries[i] < id)))) then
    ahead = ahead + tonumber(w)
    count = count + 1
  end
end
-- Capped by the bucket's size: a call that is nearly as heavy as the bucket goes when the bucket is full.
local need = weight
redis.call('hset', settings, 'stratusAsked' .. rank, whole(now))
for above = 0, math.min(rank, 2) - 1 do
  local asked = tonumber(redis.call('hget', settings, 'stratusAsked' .. above) or 0)
  if asked > now - ${LATELY_MS} then need = need + math.floor(maximum * leaves[above + 1]) end
end
local short = ahead + math.min(need, maximum) - points
local wait = math.max(0, closedUntil - now)
if short > 0 then wait = math.max(wait, math.ceil(short / amount) * interval - (now - last)) end
local over = math.max(0, weight - maximum) / amount * interval
local function place(untilMs) return table.concat({rank, whole(since), weight, whole(untilMs)}, ' ') end
local answer
if wait + over > patience + (first and 0 or ${SLACK_MS}) then
  redis.call('hdel', line, id)
  if wait + over <= ${LONGEST_KEPT_MS} then
    redis.call('hset', line, kept, place(now + wait + over + ${GRACE_MS}))
  end
  answer = {'refuse', math.ceil(wait + over), math.ceil(math.max(0, closedUntil - now)), whole(since)}
elseif wait > 0 then
  redis.call('hset', line, id, place(now + ${LAPSE_MS}))
  answer = {'wait', math.ceil(wait + over), count, whole(since)}
else
  points = points - weight
  put()
  redis.call('hdel', line, id)
  redis.call('hset', loans, id, weight .. ' ' .. whole(now + ${LOAN_MS}))
  redis.call('pexpire', loans, ${KEEP_MS})
  answer = {'go', math.ceil(over), count, whole(since)}
end
redis.call('pexpire', line, ${KEEP_MS})
for _, field in ipairs({s[3], s[4], s[8] or ''}) do table.insert(answer, field) end
return answer
`;

/** The same reckoning as `corrected` in store.ts. Lost keys stay lost: the next call makes them again. */
export const CHANGE_SCRIPT = `
${COMMON}
local refund, id, shutForMs = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local available, capacity, ceiling, reserve = tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local newAmount, newInterval = ARGV[8], ARGV[9]
if redis.call('exists', settings) == 0 then return 0 end
if shutForMs and now + shutForMs > closedUntil then
  redis.call('hset', settings, '${CLOSED_UNTIL}', whole(now + shutForMs))
end
if not points then return 0 end
local loan = redis.call('hget', loans, id)
local weight = loan and tonumber(string.match(loan, '^%S+')) or 0
redis.call('hdel', loans, id)
-- A loan that is not known lapsed or was lost, and what the platform gave back since is in its own reading.
if not loan and refund > 0 then refund = 0 end
points = math.min(points + refund, math.max(points, ceiling or maximum))
if ceiling and ceiling ~= maximum then redis.call('hset', settings, 'reservoirIncreaseMaximum', ceiling) end
if capacity ~= '' then redis.call('hset', settings, '${CAPACITY}', capacity) end
if newAmount ~= '' and (newAmount ~= s[3] or newInterval ~= s[4]) then
  redis.call('hset', settings, 'reservoirIncreaseAmount', newAmount, 'reservoirIncreaseInterval', newInterval)
  amount, interval = tonumber(newAmount), tonumber(newInterval)
end
if available then
  local out = 0
  local entries = redis.call('hgetall', loans)
  for i = 1, #entries, 2 do
    local w, untilMs = string.match(entries[i + 1], '^(%S+) (%S+)$')
    if tonumber(untilMs) <= now then redis.call('hdel', loans, entries[i]) else out = out + tonumber(w) end
  end
  -- A step less: the platform already has a part of what the next step will bring.
  local missing = available - reserve - out - points - amount
  if missing > 0 and not settling then points = points + missing / 2 end
  points = math.min(points, ceiling or maximum, available - math.floor(reserve / 2))
end
if shutForMs then points = math.min(points, 0, weight - shutForMs * amount / interval) end
points = math.floor(points)
put()
return points
`;

export function askArguments(
  spec: LimitSpec,
  { id, lane, since, weight, spender }: Seat,
  patienceMs: number,
  keepMs: number,
): (string | number)[] {
  return [
    id,
    RANK[lane],
    since ?? '',
    weight,
    Math.max(0, Math.round(patienceMs)),
    spender,
    keepMs,
    leaves(spec, lane).write,
    leaves(spec, lane).live,
  ];
}

/** What the script tells the seat, and of the bucket; undefined where its keys are lost. */
export function readAnswer(reply: readonly (string | number)[]):
  | {
      answer: Answer;
      since: string;
      amount: number;
      intervalMs: number;
      capacity: number | undefined;
    }
  | undefined {
  if (reply[0] === 'lost') return undefined;
  const [to, ms, ahead, since, amount, interval, capacity] = reply;
  const answer: Answer =
    to === 'go'
      ? { to, overMs: Number(ms) }
      : to === 'wait'
        ? { to, waitMs: Number(ms), ahead: Number(ahead) }
        : { to: 'refuse', waitMs: Number(ms), closedForMs: Number(ahead) };
  return {
    answer,
    since: String(since),
    amount: Number(amount),
    intervalMs: Number(interval),
    capacity: capacity === '' ? undefined : Number(capacity),
  };
}

export function changeArguments(change: Change, spec: LimitSpec, known: Budget): (string | number)[] {
  const { refund, ends, level, shutForMs } = change;
  const head = [refund, ends ?? '', shutForMs === undefined ? '' : Math.round(shutForMs)];
  if (!level) return [...head, '', '', '', '', '', ''];
  const { capacity, ceiling, reserve, perSecond } = budgetAfter(spec, known, level);
  const told = level.capacity !== undefined;
  // A long window's rate follows from its size.
  const { amount, intervalMs } = stepOf(perSecond);
  const rate = level.perSecond !== undefined || told ? [amount, intervalMs] : ['', ''];
  return [
    ...head,
    readingOf(spec, level) ?? '',
    ...(told ? [capacity, ceiling] : ['', '']),
    reserve,
    ...rate,
  ];
}
