/** The workspace every connection belongs to until a second one is made. */
export const DEFAULT_WORKSPACE = 'default';
