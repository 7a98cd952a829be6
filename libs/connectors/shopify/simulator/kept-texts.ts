/** A record as one selection wrote it. */
export interface KeptText {
  readonly text: string;
  /** What it cost, in points. */
  readonly cost: number;
  /** The shop's revision then. */
  readonly revision: number;
  /** The arguments within the selection then. */
  readonly asked: string;
}

/** Characters kept at most: with more, all are let go and the keeping begins anew. */
const MOST = 128 * 2 ** 20;
const ANY = /^./;

/**
 * Texts of records by the selection that wrote them, so that pages read again are put together instead of written.
 * A text holds until the shop it is from changes in any way: records tell of each other.
 */
export class KeptTexts {
  private texts = new WeakMap<object, Map<object, KeptText>>();
  private characters = 0;

  constructor(private readonly most = MOST) {}

  get(selection: object, record: object, revision: number, asked: string): KeptText | undefined {
    const kept = this.texts.get(record)?.get(selection);
    return kept && kept.revision === revision && kept.asked === asked ? kept : undefined;
  }

  keep(selection: object, record: object, text: KeptText): void {
    let ofRecord = this.texts.get(record);
    const added = text.text.length - (ofRecord?.get(selection)?.text.length ?? 0);
    if (this.characters + added > this.most) {
      this.texts = new WeakMap();
      this.characters = 0;
      ofRecord = undefined;
    }
    if (!ofRecord) this.texts.set(record, (ofRecord = new Map<object, KeptText>()));
    ofRecord.set(selection, text);
    this.characters += added;
    // Written piece by piece, the text is a tree of pieces until something has to see it whole.
    ANY.test(text.text);
  }
}
