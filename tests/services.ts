/** The address of a real server of this test run; the first to ask starts it. */
export async function testService(name: 'postgres' | 'redis'): Promise<string> {
  // On a connection of its own: a kept one may be closed by the other side just as it is used again.
  const reply = await fetch(`${process.env['STRATUS_TEST_SERVICES'] ?? ''}/${name}`, {
    method: 'POST',
    headers: { connection: 'close' },
  });
  const answer = (await reply.json()) as { url?: string; error?: string };
  if (answer.url === undefined) throw new Error(answer.error ?? `no test ${name}`);
  return answer.url;
}

/** `describe` where the server can be had, `describe.skip` (reported as skipped) where it cannot. */
export const describeWhere = (variable: string): jest.Describe =>
  process.env[variable] ? describe : describe.skip;
