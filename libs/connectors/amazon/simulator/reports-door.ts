import { createHmac } from 'node:crypto';
import type { Account } from './account.js';
import { invalid, overQuota, Parameters, refused, served, type Answer } from './call.js';
import { documentOf, SETTLEMENT_REPORT, type Report } from './reports.js';
import { instantOf } from './words.js';

const KNOWN = [
  'reportTypes',
  'processingStatuses',
  'marketplaceIds',
  'pageSize',
  'createdSince',
  'createdUntil',
  'nextToken',
];
const KEPT_MS = 90 * 86_400_000;
const TOKEN_LIFE_MS = 24 * 3_600_000;
/** How long the address of a document opens it. */
const LINK_MS = 5 * 60_000;
const PENNY = 100;

export function getReports(account: Account, query: string, nowMs: number): Answer {
  const given = Parameters.read(query, KNOWN);
  if (!(given instanceof Parameters)) return given;
  const token = given.text('nextToken');
  if (token !== undefined && given.names.length > 1) return invalid('nextToken must be the only parameter');
  if (token === undefined && given.list('reportTypes').length === 0)
    return invalid('reportTypes is required');
  const size = Number(given.text('pageSize') ?? 10);
  if (!Number.isInteger(size) || size < 1 || size > 100) return invalid('pageSize must be 1 to 100');
  const sinceMs = given.instantMs('createdSince') ?? nowMs - KEPT_MS;
  const untilMs = given.instantMs('createdUntil') ?? nowMs;
  if (!(sinceMs >= nowMs - KEPT_MS) || Number.isNaN(untilMs))
    return invalid('createdSince must be within the last 90 days');
  const asked = {
    size,
    sinceMs,
    untilMs,
    types: given.list('reportTypes'),
    statuses: given.list('processingStatuses'),
    skip: 0,
  };
  if (token === undefined) return page(account, asked, nowMs);
  const at = account.pages.read('reports', '', token, nowMs, TOKEN_LIFE_MS);
  return typeof at === 'string'
    ? invalid(`Invalid nextToken: ${at}`, 'bad-token')
    : page(account, JSON.parse(at.at) as Asked, nowMs);
}

interface Asked {
  readonly size: number;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly types: readonly string[];
  readonly statuses: readonly string[];
  readonly skip: number;
}

/** The token holds what was asked for, since nothing else may come with it. */
function page(account: Account, asked: Asked, nowMs: number): Answer {
  const done = asked.statuses.length === 0 || asked.statuses.includes('DONE');
  const isListed = asked.types.includes(SETTLEMENT_REPORT) && done && !account.hides('settlements');
  const found = isListed
    ? made(account, nowMs).filter(({ createdMs }) => createdMs >= asked.sinceMs && createdMs <= asked.untilMs)
    : [];
  const ends = asked.skip + asked.size;
  const reports = found.slice(asked.skip, ends).map(reportOnWire);
  const next = JSON.stringify({ ...asked, skip: ends });
  return served(
    {
      reports,
      ...(found.length > ends ? { nextToken: account.pages.issue('reports', '', next, nowMs) } : {}),
    },
    reports.length,
  );
}

const made = (account: Account, nowMs: number): Report[] =>
  account.store.reports.filter(({ createdMs }) => createdMs <= nowMs && createdMs >= nowMs - KEPT_MS);

const reportOnWire = (report: Report): object => ({
  reportId: report.id,
  reportType: SETTLEMENT_REPORT,
  marketplaceIds: [report.marketplaceId],
  dataStartTime: instantOf(report.settlement.startMs),
  dataEndTime: instantOf(report.settlement.endMs),
  createdTime: instantOf(report.createdMs),
  processingStatus: 'DONE',
  processingStartTime: instantOf(report.createdMs),
  processingEndTime: instantOf(report.createdMs),
  reportDocumentId: report.documentId,
});

/** Settlements are made by Amazon alone: who asks for one is told to be too fast, for ever. */
export function createReport(body: Buffer): Answer {
  try {
    const { reportType } = JSON.parse(body.toString()) as { reportType?: string };
    return reportType === SETTLEMENT_REPORT
      ? overQuota()
      : invalid(`This report is not served here: ${reportType ?? 'none'}`);
  } catch {
    return invalid('The body is not JSON');
  }
}

/** Where the document lies, on this very server: Amazon's own stand in a storage of files. */
export function getReportDocument(
  account: Account,
  id: string,
  at: { origin: string; nowMs: number },
): Answer {
  const report = made(account, at.nowMs).find(({ documentId }) => documentId === id);
  if (!report) return refused(404, 'not-found', 'Report document not found.');
  const expires = String(at.nowMs + LINK_MS);
  const link = `${at.origin}/documents/${id}?Expires=${expires}&Signature=${signature(account, id, expires)}`;
  return served({
    reportDocumentId: id,
    url: link,
    ...(report.gzip ? { compressionAlgorithm: 'GZIP' } : {}),
  });
}

const signature = (account: Account, id: string, expires: string): string =>
  createHmac('sha256', `documents/${account.name}`).update(`${id}\n${expires}`).digest('hex').slice(0, 32);

/** The file itself: whoever has the address has it, for five minutes; the storage refuses in XML. */
export function download(account: Account, id: string, query: string, nowMs: number): Answer {
  const given = new URLSearchParams(query);
  const expires = given.get('Expires') ?? '';
  const isSigned = given.get('Signature') === signature(account, id, expires);
  const report = made(account, nowMs).find(({ documentId }) => documentId === id);
  if (!isSigned || !report) return xml('AccessDenied', 'Access Denied');
  if (Number(expires) < nowMs) return xml('AccessDenied', 'Request has expired');
  const skew = account.isSpoilt('settlements', report.settlement.id) ? PENNY : 0;
  return {
    status: 200,
    body: documentOf(report, skew),
    outcome: 'served',
    headers: { 'content-type': 'text/plain;charset=UTF-8' },
  };
}

const xml = (code: string, message: string): Answer => ({
  status: 403,
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  outcome: 'link-refused',
  headers: { 'content-type': 'application/xml' },
});
