/** The console's API: routes as data (`route.ts`), one registry that mounts and describes them. */
export { api } from './api.js';
export { API_PATH, mountApi } from './mount.js';
export { openApiOf } from './openapi.js';
