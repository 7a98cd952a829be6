import { html, Html, type Fragment } from '../html.js';
import { assets } from '../assets.js';
import type { SignedIn } from '../sessions.js';

interface Page {
  readonly title: string;
  readonly body: Fragment;
  /** Whose page it is: gives the navigation and the sign-out. */
  readonly user?: SignedIn;
  readonly here?: 'account';
  readonly mode?: string;
}

/** Every page of ours: one column, one `main`, a way past the navigation for the keyboard. */
export function layout({ title, body, user, here, mode }: Page): Html {
  return new Html(
    '<!DOCTYPE html>' +
      html`<html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="robots" content="noindex" />
          <meta name="color-scheme" content="light dark" />
          <title>${title} · Stratus</title>
          <link rel="icon" type="image/svg+xml" href="${assets.icon.url}" />
          <link rel="stylesheet" href="${assets.style.url}" />
        </head>
        <body>
          <a class="skip" href="#main">Skip to the content</a>
          <header>
            <a class="brand" href="/"
              ><img src="${assets.icon.url}" alt="" width="26" height="26" />Stratus</a
            >
            ${mode && html`<span class="badge">${mode}</span>`} ${user && navigation(user, here)}
          </header>
          <main id="main" tabindex="-1">${body}</main>
        </body>
      </html>`.text,
  );
}

const navigation = (user: SignedIn, here: Page['here']): Html => html`
  <nav aria-label="Console">
    <a href="/">Overview</a>
    <a href="/account" ${here === 'account' && new Html('aria-current="page"')}>Account</a>
  </nav>
  <form class="out" method="post" action="/sign-out">
    <span>${user.name} <span class="quiet">(${user.role})</span></span>
    ${tokenField(user)}
    <button class="plain">Sign out</button>
  </form>
`;

/** Proves that a form of ours was filled in: every form that changes something carries it. */
export const tokenField = (user: SignedIn): Html =>
  html`<input type="hidden" name="csrf" value="${user.csrf}" />`;
