import type { ReplyOf } from '../../console/api/types.js';

export type Me = ReplyOf<'GET /auth/me'>;

let token = '';

/** Kept beside the pages for the header of changing calls. */
export function signedInAs(me: Me): void {
  token = me.csrf ?? '';
}

export const csrf = (): string => token;
export const csrfField = (me: Me): string => me.csrf ?? '';

/** To the sign-in, and back to this page from there. */
export function leaveForSignIn(): void {
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

const RANK = { viewer: 0, operator: 1, admin: 2 } as const;

/** Whether the role is enough: what would be refused is not offered. */
export const may = (me: Me, role: Me['role']): boolean => RANK[me.role] >= RANK[role];
