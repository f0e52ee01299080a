import type { NodeKind } from '../../model/kinds.ts';
import type { AlertFields, Severity } from './alert.ts';

/** A node as events name it: by UID (for a node that clusters share: its key), or by kind, namespace and name; or by its id. */
export type SubjectReference =
  | { readonly id: string }
  | { readonly kind: NodeKind; readonly uid: string }
  | { readonly kind: NodeKind; readonly namespace: string | null; readonly name: string };

/** What a detection found, once. */
export interface Detected {
  /** The id of the cluster, from the credential of whoever sent the event; see `clusterId`. */
  readonly cluster: string;
  /** Where it happened; null for something of the whole cluster. Callers of this namespace see it. */
  readonly namespace: string | null;
  readonly rule: string;
  readonly severity: Severity;
  /** Ids of ATT&CK techniques. */
  readonly techniques: readonly string[];
  /** When it happened, as Date reads it. */
  readonly time: string;
  readonly output: string;
  readonly fields: AlertFields;
  /** What it is about: the pod, node, identity, image. */
  readonly subjects: readonly SubjectReference[];
  /** Steps that it shows being taken: the name of the attack edge, such as POD_EXEC, and its visible ends. */
  readonly proves?: readonly {
    readonly edge: string;
    readonly from: SubjectReference;
    readonly to: SubjectReference;
  }[];
  /** Tells alerts of one rule about the same subjects apart. */
  readonly discriminator?: string;
  /** Tells alerts of one rule apart, in place of namespace and subjects, where these are not what the event said. */
  readonly identity?: readonly string[];
}
