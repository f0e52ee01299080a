import { isMap, LineCounter, parseAllDocuments } from 'yaml';
import type { AuditEvent } from '../../collectors/audit/event.ts';
import { planner } from '../engine/compile/plan.ts';
import { sources } from '../engine/fields/sources.ts';
import type { NodeEvent } from '../engine/fields/syscall.ts';
import { mostFileBytes } from '../engine/files/read-file.ts';
import { placeIn } from '../engine/files/source-text.ts';
import { YamlItem } from '../engine/files/yaml-item.ts';
import type { RefusedRule, RuleFile } from '../engine/load.ts';
import { LeftOutError, type Problem, RuleError } from '../engine/problem.ts';
import type { Rule } from '../engine/rule.ts';
import { severityOf, techniquesOf } from '../engine/severity.ts';
import type { Correlation } from './correlation.ts';
import { readLogSource } from './log-source.ts';
import { type Referred, readCorrelation } from './read-correlation.ts';
import { readHeading, readRule } from './read-rule.ts';

export interface LoadedSigma {
  readonly syscall: readonly Rule<NodeEvent>[];
  readonly k8s_audit: readonly Rule<AuditEvent>[];
  readonly correlations: readonly Correlation[];
  readonly refused: readonly RefusedRule[];
  readonly problems: readonly Problem[];
}

/** Whether a rule file is one of Sigma: maps with `detection` or `correlation`, where Falco has a list. */
export function isSigma({ text }: RuleFile): boolean {
  return text.length <= mostFileBytes && /^(?:detection|correlation)\s*:/m.test(text);
}

/** Reads files of Sigma, of one document or several. What is wrong with a document refuses it, and is reported. */
export function loadSigma(files: readonly RuleFile[]): LoadedSigma {
  const problems: Problem[] = [];
  const items = files.flatMap((file) => itemsOf(file, problems));
  const planners = { syscall: planner(sources.syscall), k8s_audit: planner(sources.k8s_audit) };
  const syscall: Rule<NodeEvent>[] = [];
  const k8sAudit: Rule<AuditEvent>[] = [];
  const referred = new Map<string, Referred>();
  /** By what correlations call them. */
  const leftOut = new Set<string>();
  const titles = new Set<string>();
  const refused: RefusedRule[] = [];

  const taken = (item: YamlItem): void => {
    const title = item.need('title').text();
    if (titles.has(title)) item.need('title').fail('there is an earlier rule of this title');
    titles.add(title);
  };

  const refuse = (item: YamlItem, reason: string): void => {
    const rule = refusedRule(item, reason);
    if (rule !== undefined) refused.push(rule);
  };
  const reporting = <T>(item: YamlItem, make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      const isLeftOut = error instanceof LeftOutError;
      if (isLeftOut) for (const name of namesOf(item)) leftOut.add(name);
      const severity = isLeftOut ? 'warning' : 'error';
      problems.push({ ...error.place, severity, item: nameOf(item), message: error.message });
      refuse(item, error.message);
      return undefined;
    }
  };

  for (const item of items.filter((one) => one.has('detection'))) {
    reporting(item, () => {
      const made = readRule(item, (source, condition) => planners[source].verify(condition));
      taken(item);
      if (made.source === 'syscall') syscall.push(made.rule);
      else k8sAudit.push(made.rule);
      const log = readLogSource(item);
      const rule: Referred = {
        title: made.rule.name,
        field(name) {
          const field = log.field(name)?.names[0];
          if (field === undefined || sources[made.source].field(field.name) === undefined) return undefined;
          return field.argument === null ? field.name : `${field.name}[${field.argument}]`;
        },
      };
      for (const name of namesOf(item)) referred.set(name, rule);
    });
  }
  const correlations = items
    .filter((one) => one.has('correlation'))
    .flatMap((item) => {
      const correlation = reporting(item, () => {
        const made = readCorrelation(item, referred, leftOut);
        taken(item);
        return made;
      });
      return correlation === undefined ? [] : [correlation];
    });
  return { syscall, k8s_audit: k8sAudit, correlations, refused, problems };
}

function itemsOf({ name, text }: RuleFile, problems: Problem[]): readonly YamlItem[] {
  const lines = new LineCounter();
  const file = { name, text, lines };
  const documents = parseAllDocuments(text, { lineCounter: lines, strict: true, schema: 'core' });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document): readonly YamlItem[] => {
    const [error] = document.errors;
    const { contents } = document;
    const report = (offset: number, message: string): readonly never[] => {
      problems.push({ ...placeIn(file, offset), severity: 'error', item: '', message });
      return [];
    };
    if (error !== undefined)
      return report(error.pos[0], `this is not YAML: ${error.message.split('\n')[0]?.replace(/ at line .*/, '')}`);
    if (contents === null) return [];
    if (!isMap(contents)) return report(contents.range?.[0] ?? 0, 'expected a rule of Sigma, which is a map');
    const item = new YamlItem(file, contents);
    if (item.has('detection') || item.has('correlation')) return [item];
    return report(contents.range?.[0] ?? 0, 'expected ‘detection’ or ‘correlation’');
  });
}

/** What correlations may call a rule. */
function namesOf(item: YamlItem): readonly string[] {
  return ['title', 'name', 'id'].flatMap((key) => item.get(key)?.scalar() ?? []);
}

function nameOf(item: YamlItem): string {
  try {
    return `rule "${item.need('title').text()}"`;
  } catch {
    return '';
  }
}

/** Undefined where not even its heading can be read. */
function refusedRule(item: YamlItem, reason: string): RefusedRule | undefined {
  try {
    const { title, priority, tags } = readHeading(item);
    return {
      name: title,
      source: sourceOf(item),
      severity: severityOf(priority),
      techniques: techniquesOf(tags),
      reason,
    };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return undefined;
  }
}

/** Empty of a correlation, and of a rule about events that there are not. */
function sourceOf(item: YamlItem): string {
  try {
    return item.has('detection') ? readLogSource(item).source : '';
  } catch (error) {
    if (!(error instanceof LeftOutError)) throw error;
    return '';
  }
}
