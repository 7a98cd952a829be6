import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { sendMail, type MailSettings } from './mail.js';

/** A mail server of a few words: it keeps what it was told, and knows no TLS. */
async function mailServer(answers: { readonly to: string } = { to: '250 kept as 42' }): Promise<{
  readonly settings: MailSettings;
  readonly told: string[];
  close(): Promise<void>;
}> {
  const told: string[] = [];
  const server: Server = createServer((socket) => {
    let letter = false;
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    socket.on('error', () => undefined);
    say('220 mail.test');
    socket.on('data', (bytes) => {
      for (const line of bytes.toString('utf8').split('\r\n').slice(0, -1)) {
        told.push(line);
        if (letter) {
          if (line !== '.') continue;
          letter = false;
          say(answers.to);
        } else if (/^EHLO/i.test(line)) say('250 mail.test');
        else if (/^DATA/i.test(line)) {
          letter = true;
          say('354 go on');
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else if (/^STARTTLS/i.test(line)) say('454 no TLS here');
        else say('250 ok');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    settings: { host: '127.0.0.1', port, user: undefined, password: undefined, from: 'stratus@shop.example' },
    told,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const mail = { to: 'ops@shop.example', subject: 'Hello', text: 'It works.' };

it('sends a mail and says what the server answered', async () => {
  const server = await mailServer();
  try {
    expect(await sendMail(server.settings, mail)).toBe('250 kept as 42');
    const told = server.told.join('\n');
    expect(told).toContain('MAIL FROM:<stratus@shop.example>');
    expect(told).toContain('RCPT TO:<ops@shop.example>');
    expect(told).toContain('It works.');
  } finally {
    await server.close();
  }
});

it('shows a password to no server without TLS, and to nobody in the failure', async () => {
  const server = await mailServer();
  try {
    const settings = { ...server.settings, user: 'stratus', password: 'planted-mail-password' };
    const failure = await sendMail(settings, mail).catch((thrown: unknown) => thrown as Error);
    expect(failure).toMatchObject({ kind: 'transient', message: expect.stringContaining('SMTP_HOST') });
    expect((failure as Error).message).not.toContain('planted-mail-password');
    expect(server.told.join('\n')).not.toMatch(/AUTH|planted|cGxhbnRlZC/);
  } finally {
    await server.close();
  }
});

it('says what the server had against it', async () => {
  const server = await mailServer({ to: '554 no room' });
  try {
    await expect(sendMail(server.settings, mail)).rejects.toThrow(/did not take the mail.*554 no room/);
  } finally {
    await server.close();
  }
});
