import { html, Html } from '../html.js';
import { layout } from './layout.js';

/** Where the next key should go: who mistyped the password has given the name already. */
const AUTOFOCUS = new Html('autofocus');

export const signInPage = ({
  next,
  name = '',
  error,
  workspace,
  code = false,
}: {
  next: string;
  name?: string;
  error?: string;
  /** Asked for where there are several. */
  workspace?: string | undefined;
  /** The password was right: the second factor is asked for too. */
  code?: boolean;
}): Html =>
  layout({
    title: 'Sign in',
    body: html`<section class="card narrow">
      <h1>Sign in</h1>
      ${error && html`<p class="alert" role="alert" id="why">${error}</p>`}
      <form method="post" action="/sign-in" class="stack">
        <input type="hidden" name="next" value="${next}" />
        ${
          workspace !== undefined &&
          html`<label for="workspace">Workspace</label>
            <input id="workspace" name="workspace" value="${workspace}" required maxlength="64" />`
        }
        <label for="name">Name</label>
        <input
          id="name"
          name="name"
          value="${name}"
          autocomplete="username"
          required
          maxlength="64"
          ${!name && AUTOFOCUS}
        />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          maxlength="200"
          ${name && AUTOFOCUS}
        />
        ${
          code &&
          html`<label for="code">Six digits of your authenticator, or a recovery code</label>
            <input id="code" name="code" autocomplete="one-time-code" required maxlength="40" />`
        }
        <button>Sign in</button>
      </form>
      <p class="quiet">The first password was printed once, where Stratus was started for the first time.</p>
    </section>`,
  });
