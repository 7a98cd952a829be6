import { html, type Html } from '../html.js';
import type { SignedIn } from '../sessions.js';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../users.js';
import { layout, tokenField } from './layout.js';

const MAY: Readonly<Record<SignedIn['role'], string>> = {
  viewer: 'see everything here and change nothing',
  operator: 'see everything here and retry what failed',
  admin: 'see everything here and retry what failed',
};

export const accountPage = (
  user: SignedIn,
  { mode, said, error }: { mode: string; said?: string; error?: string },
): Html =>
  layout({
    title: 'Account',
    user,
    mode,
    here: 'account',
    body: html`<section class="card narrow">
      <h1>Account</h1>
      <p>You are <strong>${user.name}</strong>. As ${user.role} you may ${MAY[user.role]}.</p>
      <h2>New password</h2>
      ${said && html`<p class="good" role="status">${said}</p>`}
      ${error && html`<p class="alert" role="alert">${error}</p>`}
      <form method="post" action="/account/password" class="stack">
        ${tokenField(user)}
        <input type="hidden" name="username" value="${user.name}" autocomplete="username" />
        ${passwordField('current', 'Password now', 'current-password')}
        ${passwordField('fresh', `New password, ${SHORTEST_PASSWORD} characters or more`, 'new-password')}
        ${passwordField('again', 'New password again', 'new-password')}
        <button>Set the password</button>
      </form>
      <p class="quiet">Your other sign-ins end when it is set.</p>
    </section>`,
  });

const passwordField = (name: string, label: string, autocomplete: string): Html => html`
  <label for="${name}">${label}</label>
  <input
    id="${name}"
    name="${name}"
    type="password"
    required
    maxlength="${LONGEST_PASSWORD}"
    autocomplete="${autocomplete}"
  />
`;
