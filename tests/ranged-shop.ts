import type { HttpRequest, Reply } from '#http';
import { FakeShop, type Thing } from './fake-platform.js';

/** The fake platform, asked for ranges of time: both ends are answered. */
export class RangedShop extends FakeShop {
  override serve(request: HttpRequest): Reply {
    const to = request.query?.['to'];
    if (to === undefined) return super.serve(request);
    const all = this.things as Thing[];
    this.things = all.filter(({ updatedAt }) => updatedAt <= String(to));
    try {
      return super.serve(request);
    } finally {
      this.things = all;
    }
  }
}
