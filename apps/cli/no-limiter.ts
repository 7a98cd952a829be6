import type { Limiter } from '#http';
export const localLimiter = (): Limiter => ({ acquire: async () => ({ release: async () => undefined }), close: async () => undefined });
export const redisLimiter = (_: unknown): Limiter => localLimiter();
