import { html, type Html } from '../html.js';
import { layout } from './layout.js';

/** A page that says one thing: not found, refused, something went wrong. */
export const messagePage = (title: string, says: string): Html =>
  layout({
    title,
    body: html`<section class="card narrow">
      <h1>${title}</h1>
      <p>${says.charAt(0).toUpperCase() + says.slice(1)}.</p>
      <p><a href="/">To the overview</a></p>
    </section>`,
  });
