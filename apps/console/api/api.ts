import { auth } from './resources/auth.js';

/** Every resource of the API: a file each. The only list; the mount, the description, `/docs` and the types follow it. */
export const api = [auth] as const;
