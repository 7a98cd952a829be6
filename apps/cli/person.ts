import { userInfo } from 'node:os';

/** Whoever sits at the terminal; a container may run as a user without a name. */
export function person(): string {
  try {
    return userInfo().username;
  } catch {
    return 'hand';
  }
}
