import { createTransport } from 'nodemailer';
import { Failure, seconds } from '#kernel';

/** How mail leaves: the operator's own server, from the environment. */
export interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly from: string;
}

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

const PATIENCE = seconds(10);

/**
 * Sends one mail and says what the server answered. TLS from the first byte on port 465; on others it is begun by
 * STARTTLS, which is a must wherever a password is sent. Throws a Failure without the password.
 */
export async function sendMail(settings: MailSettings, mail: Mail): Promise<string> {
  const { host, port, user, password, from } = settings;
  const transport = createTransport({
    host,
    port,
    secure: port === 465,
    requireTLS: port !== 465 && user !== undefined,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: PATIENCE,
    greetingTimeout: PATIENCE,
    socketTimeout: PATIENCE,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const { response } = await transport.sendMail({ from, ...mail });
    return response;
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : 'no answer';
    throw new Failure(
      'transient',
      `${host}:${port} did not take the mail (${said.slice(0, 200)}): check SMTP_HOST, SMTP_PORT, SMTP_USER and SMTP_PASSWORD`,
      { cause: thrown },
    );
  } finally {
    transport.close();
  }
}
