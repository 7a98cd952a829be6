import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { ConsoleOptions } from '../options.js';
import { sendMail } from '../mail.js';
import { answerCall } from './answer.js';
import { Problem, sendProblem } from './problem.js';
import { route } from './route.js';

export const TEST_EMAIL_PATH = '/api/test/email';

const testEmail = route({
  summary: 'Sends a test mail',
  may: 'admin',
  audit: 'mail.test',
  body: z.strictObject({ email: z.email().max(254) }),
  reply: z.object({ sent: z.boolean(), to: z.string(), answer: z.string() }),
  handle: async ({ body: { email }, doors, tell }) => {
    tell({ subject: email });
    if (!doors.mail)
      throw new Problem('unusable', 'no mail can be sent: set SMTP_HOST and SMTP_FROM, then start again');
    const answer = await sendMail(doors.mail, {
      to: email,
      subject: 'A test mail of Stratus',
      text: 'Mail of this installation arrives here.',
    });
    return { sent: true, to: email, answer };
  },
});

/** The one call that keeps the address the requirement documents gave it; it passes the same steps as the others. */
export const postTestEmail =
  (options: ConsoleOptions): RequestHandler =>
  async (request, response) => {
    if (request.method !== 'POST') {
      response.set('Allow', 'POST');
      return sendProblem(response, new Problem('method-not-allowed', 'send a POST with {"email": "…"}'));
    }
    const key = `POST ${TEST_EMAIL_PATH}`;
    const mounted = { key, method: 'POST', path: TEST_EMAIL_PATH, tag: 'settings', route: testEmail };
    await answerCall(options, mounted, request, response);
  };
