import type { NodeKind } from '../../model/kinds.ts';
import type { NewAlert } from './alert.ts';

/** A node as events name it: by UID (for a node that clusters share: its key), or by kind, namespace and name; or by its id. */
export type SubjectReference =
  | { readonly id: string }
  | { readonly kind: NodeKind; readonly uid: string }
  | { readonly kind: NodeKind; readonly namespace: string | null; readonly name: string };

/** What a detection found, once: what records take of it, with nodes as events name them. `time` is as Date reads it. */
export interface Detected extends Omit<NewAlert, 'key' | 'subjects' | 'proves'> {
  /** The id of the cluster, from the credential of whoever sent the event; see `clusterId`. */
  readonly cluster: string;
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
