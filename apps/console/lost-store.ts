/** Whether an error says that Postgres or the queue's store does not answer, rather than that a request was wrong. */
export function isLostStore(error: object): boolean {
  const code = 'code' in error ? String(error.code) : '';
  const message = 'message' in error ? String(error.message) : '';
  return (
    /^(08|57P|53)/.test(code) ||
    /^E(CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH|NOTFOUND)$/.test(code) ||
    /no answer within|Connection (terminated|is closed)|connect timeout|timeout exceeded|max retries per request/i.test(
      message,
    )
  );
}
