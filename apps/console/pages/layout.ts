import { html, Html, type Fragment } from '../html.js';
import { assets } from '../assets.js';

interface Page {
  readonly title: string;
  readonly body: Fragment;
}

/** Every page of ours: one column, one `main`, a way past the navigation for the keyboard. */
export function layout({ title, body }: Page): Html {
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
          </header>
          <main id="main" tabindex="-1">${body}</main>
        </body>
      </html>`.text,
  );
}
