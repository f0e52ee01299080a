import { ref } from '../model/ref.ts';
import { because, type Derived, defineEdge, fact } from './define.ts';

/** A binding gives its subjects a permission set: the rules of its role, within its scope. */
export const permissionDiscover = defineEdge({
  name: 'PERMISSION_DISCOVER',
  class: 'link',
  attack: [{ id: 'T1069', name: 'Permission Groups Discovery' }],
  from: ['ServiceAccount', 'User', 'Group'],
  to: ['PermissionSet'],
  difficulty: 0,
  summary: 'An identity wears what its role bindings grant it.',
  precondition:
    'A RoleBinding or ClusterRoleBinding names it as a subject, in whatever namespace it lives, and the role it refers to exists.',
  remediation: 'Remove the subject from the binding, or bind a role that grants only what is used.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding'],
  derive: {
    *Binding(binding, read): Iterable<Derived> {
      const [roleRef] = read.out(binding.ref, 'GRANTS');
      const role = roleRef === undefined ? undefined : read.node('Role', roleRef);
      if (!role) return;
      const { namespace, name } = binding;
      yield {
        node: {
          kind: 'PermissionSet',
          uid: null,
          namespace,
          name,
          properties: { rules: role.properties.rules ?? [], scope: namespace, role: role.ref, binding: binding.ref },
        },
      };
      for (const subject of read.out(binding.ref, 'TO_SUBJECT')) {
        yield {
          from: subject,
          to: ref('PermissionSet', namespace, name),
          evidence: because(fact(binding.ref, `subjects[${subject}]`), fact(role.ref, 'rules')),
        };
      }
    },
  },
});
