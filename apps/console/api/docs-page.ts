import { html, type Fragment, type Html } from '../html.js';
import { assets } from '../assets.js';

/*
 * The API's description as a page for people: made on the server from the OpenAPI itself, without a script, a font or
 * anything of another host.
 */

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
  readonly default?: unknown;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly 'x-stratus-may': string;
  readonly 'x-stratus-people'?: true;
  readonly 'x-stratus-undo'?: true;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>
  >;
}

interface OpenApi {
  readonly info: { readonly description: string };
  readonly servers: readonly [{ readonly url: string }];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** A description, in which code stands between backticks. */
const prose = (text: string): Fragment =>
  text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));

export function docsPage(description: Record<string, unknown>): Html {
  const api = description as unknown as OpenApi;
  const operations = Object.values(api.paths).flatMap((path) => Object.values(path));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>The API · Stratus</title>
        <link rel="icon" href="${assets.icon.url}" />
        <link rel="stylesheet" href="${assets.style.url}" />
      </head>
      <body>
        <main class="docs">
          <h1>The API</h1>
          <p>${prose(api.info.description)}</p>
          <p>
            Everything is below <code>${api.servers[0].url}</code>. A script sends
            <code>Authorization: Bearer st_…</code>. The same for programs:
            <a href="${api.servers[0].url}/openapi.json">openapi.json</a>. <a href="/">To the console</a>.
          </p>
          <nav aria-label="Resources">
            <ul>
              ${api.tags.map(
                ({ name, description: about }) =>
                  html`<li><a href="#${name}">${name}</a> <span class="quiet">${prose(about)}</span></li>`,
              )}
            </ul>
          </nav>
          ${api.tags.map(
            ({ name }) =>
              html`<section id="${name}">
                <h2>${name}</h2>
                ${operations.filter(({ tags }) => tags.includes(name)).map(operationOf)}
              </section>`,
          )}
          <section id="schemas">
            <h2>Shapes</h2>
            ${Object.entries(api.components.schemas).map(
              ([name, schema]) =>
                html`<details id="shape-${name}">
                  <summary><code>${name}</code></summary>
                  ${shapeOf(schema)}
                </details>`,
            )}
          </section>
        </main>
      </body>
    </html>`;
}

function operationOf(operation: Operation): Html {
  const body = operation.requestBody?.content['application/json']?.schema;
  const replies = Object.entries(operation.responses).filter(([status]) => status !== 'default');
  const may = operation['x-stratus-may'];
  return html`<details id="${operation.operationId.replace(/\W+/g, '-')}">
    <summary><code>${operation.operationId}</code> ${prose(operation.summary)}</summary>
    ${operation.description && html`<p>${prose(operation.description)}</p>`}
    <p class="quiet">
      ${may === 'anyone' ? 'Open to everybody' : `For ${may}s and above`}${
        operation['x-stratus-people'] && ', not for tokens'
      }${operation['x-stratus-undo'] && '; can be undone within ten minutes'}.
    </p>
    ${
      operation.parameters &&
      html`<table>
        <thead>
          <tr>
            <th>parameter</th>
            <th>in</th>
            <th>shape</th>
            <th>what</th>
          </tr>
        </thead>
        <tbody>
          ${operation.parameters.map(
            (one) =>
              html`<tr>
                <td><code>${one.name}</code>${one.required && ' *'}</td>
                <td>${one.in}</td>
                <td>${typeOf(one.schema)}</td>
                <td>${prose(one.description ?? '')}</td>
              </tr>`,
          )}
        </tbody>
      </table>`
    }
    ${
      body &&
      html`<h3>Body</h3>
        ${shapeOf(body)}`
    }
    ${replies.map(([status, reply]) => {
      const [type, { schema } = {}] = Object.entries(reply.content ?? {})[0] ?? [];
      return html`<h3>${status} ${type ?? ''}</h3>
        ${schema && shapeOf(schema)}`;
    })}
  </details>`;
}

/** An object as a list of its fields; anything else in a few words. */
function shapeOf(schema: Schema): Html {
  if (!schema.properties) return html`<p>${typeOf(schema)}</p>`;
  return html`<dl>
    ${Object.entries(schema.properties).map(
      ([name, one]) =>
        html`<dt>
            <code>${name}</code>${schema.required?.includes(name) && ' *'}
            <span class="quiet">${typeOf(one)}</span>
          </dt>
          <dd>${prose(one.description ?? '')}${inner(one)}</dd>`,
    )}
  </dl>`;
}

function inner(schema: Schema): Fragment {
  if (schema.properties) return shapeOf(schema);
  return schema.items?.properties ? shapeOf(schema.items) : null;
}

function typeOf(schema: Schema): Fragment {
  if (schema.$ref) {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
    return html`<a href="#shape-${name}">${name}</a>`;
  }
  const some = schema.anyOf ?? schema.oneOf;
  if (some) return some.map((one, i) => [i > 0 ? ' or ' : '', typeOf(one)]);
  if (schema.enum) return schema.enum.map(String).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.items) return ['list of ', typeOf(schema.items)];
  const type = typeof schema.type === 'string' ? schema.type : (schema.type ?? ['any']).join(' or ');
  return [
    schema.format ? `${type} (${schema.format})` : type,
    schema.default === undefined ? '' : `, ${JSON.stringify(schema.default)} by default`,
  ];
}
