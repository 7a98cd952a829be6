/** What survives JSON: the only thing that may enter a job, a place or a payload column. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };
