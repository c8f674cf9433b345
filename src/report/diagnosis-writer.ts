import { oomKillsOfTheUnit } from '../diagnosis/analysis.ts';
import type { Correlation } from '../diagnosis/correlation.ts';
import { type Diagnosis, explained502, upstreamErrors } from '../diagnosis/diagnosis.ts';
import { isFault, type WorkerDeath } from '../diagnosis/worker-deaths.ts';
import type { SourceLine } from '../signals/signal.ts';
import type { DeathCause, DiagnosisDocument } from './diagnosis-document.ts';
import { EvidenceNumbers } from './evidence-numbers.ts';
import { gapsOf } from './gaps.ts';

/** Writes a diagnosis down as the document that people and programs get, with numbered evidence. */
export function documentOf(diagnosis: Diagnosis): DiagnosisDocument {
  const { analysis } = diagnosis;
  const { caseFile } = analysis;
  const evidence = new EvidenceNumbers();
  const cite = (lines: readonly SourceLine[]) => lines.map(line => evidence.numberOf(line));
  // The leading cause is numbered first: E1 is what the verdict rests on.
  const causes = diagnosis.findings.map(finding => ({
    id: finding.id,
    probability: finding.probability,
    ...(finding.scope && { scope: finding.scope }),
    because: finding.reasons.map(r => ({ text: r.text, evidence: cite(r.lines) })),
    ...(finding.words && { words: finding.words }),
  }));
  const observed = diagnosis.observed.map(o => ({
    id: o.id,
    text: o.reason.text,
    evidence: cite(o.reason.lines),
  }));
  const inWindow = analysis.deaths.filter(
    d => d.at.epochMs >= caseFile.window.fromMs - 5_000 && d.at.epochMs <= caseFile.window.toMs + 5_000,
  );
  const deaths = inWindow.map(death => ({
    pid: death.pid ?? null,
    at: new Date(death.at.epochMs).toISOString(),
    cause: causeWord(death),
    evidence: cite(death.lines.slice(0, 2)),
  }));
  return {
    schema: 1,
    verdict: diagnosis.verdict,
    service: caseFile.service,
    window: {
      from: new Date(caseFile.window.fromMs).toISOString(),
      to: new Date(caseFile.window.toMs).toISOString(),
    },
    causes,
    observed,
    evidence: evidence.all(),
    counts: countsOf(diagnosis),
    correlation: {
      matched: diagnosis.correlation.matched,
      bursts: diagnosis.correlation.bursts,
      expectedByChance: round(diagnosis.correlation.expectedByChance),
      p: diagnosis.correlation.p ?? null,
      wording: wordingOf(diagnosis.correlation, readsEveryJournal(diagnosis)),
    },
    deaths,
    gaps: [...gapsOf(caseFile)],
    servers: [...caseFile.hosts.map(h => h.server), ...caseFile.unreached.map(u => u.server)].filter(
      (s, i, all) => all.indexOf(s) === i,
    ),
  };
}

const round = (n: number) => Math.round(n * 10) / 10;

function causeWord(death: WorkerDeath): DeathCause {
  return death.cause === 'killed-unproven' ? 'unknown' : death.cause;
}

/** `null` where no log that holds the number could be read: unknown is not 0. */
function countsOf({ analysis }: Diagnosis): DiagnosisDocument['counts'] {
  const { hosts } = analysis.caseFile;
  const spoke = (source: string) =>
    hosts.some(h => h.coverage.some(c => c.source === source && ['read', 'empty', 'cut'].includes(c.state)));
  const access = spoke('nginx-access-log');
  const error = spoke('nginx-error-log');
  const status = (code: number) => {
    if (access) return analysis.http.byStatus.get(code) ?? 0;
    if (!error || (code !== 502 && code !== 504)) return null;
    return analysis.failures.filter(f => f.effect === 'client' && f.status === code).length;
  };
  const explained = explained502(analysis);
  const http502 = status(502);
  return {
    requests: access ? analysis.http.requests : null,
    http502,
    http504: status(504),
    http500: status(500),
    http499: status(499),
    upstreamErrors: error ? upstreamErrors(analysis) : null,
    workerDeaths:
      analysis.deaths.some(isFault) || spoke('unit-journal') ? analysis.deaths.filter(isFault).length : null,
    oomKillsOfTheUnit:
      oomKillsOfTheUnit(analysis) > 0 || spoke('kernel-log') || countersRefute(hosts)
        ? oomKillsOfTheUnit(analysis)
        : null,
    explained502: http502 === null ? null : Math.min(explained, http502),
  };
}

/** A counter that stands at 0 tells that there was no kill; above 0 it cannot tell when. */
function countersRefute(hosts: Diagnosis['analysis']['caseFile']['hosts']): boolean {
  const counts = hosts.filter(host => host.runsApp).map(host => host.cgroup?.oomKills);
  return counts.length > 0 && counts.every(count => count === 0);
}

/** Without the journal of every server that runs the app nobody can say that no worker died. */
function readsEveryJournal({ analysis }: Diagnosis): boolean {
  const { hosts, unreached } = analysis.caseFile;
  const spoke = ({ coverage }: (typeof hosts)[number]) =>
    coverage.some(c => c.source === 'unit-journal' && ['read', 'empty', 'cut'].includes(c.state));
  return unreached.length === 0 && hosts.filter(host => host.runsApp).every(spoke);
}

/** Says how well bursts and deaths go together, in words that promise no more than the test shows. */
export function wordingOf(c: Correlation, everyJournal = true): string {
  if (c.bursts === 0)
    return c.deaths === 0
      ? 'There were no bursts of 502s to explain.'
      : `${plural(c.deaths, 'worker death')}, and no 502 in the window.`;
  if (c.deaths === 0)
    return `${plural(c.bursts, 'burst')} of 502s, and ${everyJournal ? 'no worker died' : 'no death of a worker was seen, but not every journal could be read'}.`;
  const chance =
    c.p === undefined
      ? ''
      : ` By chance we would expect ${round(c.expectedByChance)}. ${c.p <= 0.001 ? 'p < 0.001' : `p = ${c.p}`} (1,000 shuffles).`;
  const idle =
    c.idleDeaths > 0 ? ` ${c.idleDeaths} of ${plural(c.deaths, 'death')} caused no 502 (idle workers).` : '';
  const matched = `${c.matched} of ${plural(c.bursts, 'burst')} of 502s began within 3 s of a worker's death.`;
  switch (c.strength) {
    case 'explained':
    case 'partly':
      return `${matched}${chance}${c.matched < c.bursts ? ` ${plural(c.bursts - c.matched, 'burst')} ${c.bursts - c.matched === 1 ? 'is' : 'are'} not explained.` : ''}${idle}`;
    case 'one-case':
      return `All 502s lie within 30 s of each other: one burst, which began as ${c.deaths === 1 ? 'a worker' : `one of ${c.deaths} workers`} died. One burst alone shows no pattern.${idle}`;
    case 'not-linked':
      return `No burst of 502s began near a worker's death.${idle}`;
    case 'cannot-tell':
      return `${matched}${chance} Too few cases in this window to tell a link from chance.${idle}`;
  }
}

const plural = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;
