import { html } from './html.js';

describe('html', () => {
  it('escapes what could end a text or an attribute', () => {
    const evil = `"'<>&`;
    expect(html`<p title="${evil}">${'<script>'}</p>`.text).toBe(
      '<p title="&quot;&#39;&lt;&gt;&amp;">&lt;script&gt;</p>',
    );
  });

  it('leaves its own fragments as they are, joins lists and leaves out nothing', () => {
    const items = ['a', '<b>'].map((one) => html`<li>${one}</li>`);
    expect(html`<p>${items}|${null}${false}${undefined}|${0}</p>`.text).toBe(
      '<p><li>a</li><li>&lt;b&gt;</li>||0</p>',
    );
  });
});
