import type { ReactNode } from 'react';

/** Money as the text that the warehouse holds, every digit of it, with its currency: it never becomes a float here. */
export const Money = ({ amount, currency }: { amount: string | null; currency: string | null }): ReactNode =>
  amount === null ? (
    <span className="quiet">–</span>
  ) : (
    <span className="number nowrap">
      {amount} {currency}
    </span>
  );
