import { days, hours } from '#kernel';
import { children, defineStream, download, eachListed, type PageQuery } from '#sync';
import { settlementLines, settlements as table } from '#warehouse/tables';
import { z } from 'zod';
import { afterToken, textAt, tokenOf } from '../pages.js';
import { Settlement } from '../records/settlement.js';
import { lineRow, settlementRow } from '../rows/settlement.js';
import { readSettlement } from '../settlement-file.js';
import type { AmazonSettings } from '../settings.js';

/** Amazon makes these itself at the end of each period: they can be listed, never requested. */
const REPORT = 'GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2';

const Reports = z.object({
  reports: z.array(
    z.object({
      reportId: z.string().min(1),
      reportDocumentId: z.string().min(1),
      createdTime: z.iso.datetime({ offset: true }),
    }),
  ),
  nextToken: z.string().nullish(),
});

const Document = z.object({
  reportDocumentId: z.string(),
  url: z.url({ protocol: /^https?$/ }),
  compressionAlgorithm: z.string().optional(),
});

export const settlements = defineStream({
  name: 'amazon.settlements',
  title: 'Settlements, every line',
  every: hours(8),
  size: { start: 1, min: 1, max: 1 },

  each: eachListed<AmazonSettings, typeof Reports>({
    // Beside a token Amazon takes no other parameter.
    request: ({ window, place }) => ({
      path: '/reports/2021-06-30/reports',
      query:
        place === null
          ? {
              reportTypes: REPORT,
              processingStatuses: 'DONE',
              pageSize: 100,
              createdSince: window.from?.toISOString(),
              createdUntil: window.to.toISOString(),
            }
          : { nextToken: tokenOf(place) },
      operation: 'getReports',
    }),
    body: Reports,
    parents: ({ reports }) =>
      reports.map(({ reportId, reportDocumentId, createdTime }) => ({
        id: reportId,
        document: reportDocumentId,
        createdAt: createdTime,
      })),
    next: ({ body }) => afterToken(body.nextToken),
  }),
  request: ({ parent }: PageQuery<AmazonSettings>) => ({
    path: `/reports/2021-06-30/documents/${encodeURIComponent(z.string().parse(parent['document']))}`,
    operation: 'getReportDocument',
  }),
  download: download({
    reply: Document,
    // Amazon's own buckets, and its sandbox's.
    hosts: [
      /^[a-z0-9-]+(?:\.s3[a-z0-9-]*)(?:\.[a-z0-9-]+)*\.amazonaws\.com$/,
      /^[a-z0-9]+\.cloudfront\.net$/,
    ],
    address: ({ url, compressionAlgorithm }) => ({ url, gzip: compressionAlgorithm === 'GZIP' }),
    parse: (text, parent) => ({ settlements: [readSettlement(text, z.string().parse(parent['createdAt']))] }),
  }),
  body: z.object({ settlements: z.array(z.unknown()) }),
  records: (body) => body.settlements,

  schema: Settlement,
  key: (one) => one.settlementId,
  rawKey: textAt('settlementId'),
  cursor: {
    of: (one) => one.reportedAt,
    order: 'unordered',
    // All that Amazon still lists: what was read already costs nothing.
    lookback: days(85),
    startAt: null,
    // Reports are kept for 90 days.
    reach: days(89),
  },

  into: table,
  map: settlementRow,
  children: [
    children({
      into: settlementLines,
      of: (one: Settlement) => one.lines,
      key: (line) => line.key,
      map: lineRow,
    }),
  ],
});
