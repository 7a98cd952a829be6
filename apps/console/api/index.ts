/** The console's API: routes as data (`route.ts`), one registry that mounts and describes them. */
export { api } from './api.js';
export { docsPage } from './docs-page.js';
export { API_PATH, mountApi } from './mount.js';
export { postTestEmail, TEST_EMAIL_PATH } from './test-email.js';
export { openApiOf } from './openapi.js';
