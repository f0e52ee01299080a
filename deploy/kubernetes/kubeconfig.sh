#!/bin/sh
# Prints a kubeconfig for the service account of collector.yaml, on the cluster of kubectl's current context:
#   deploy/kubernetes/kubeconfig.sh [NAME [DURATION]] > portolan.kubeconfig
# NAME is what Portolan calls the cluster, else the context's. An API server may grant less than DURATION (24h unless given).
set -eu
name=${1:-$(kubectl config current-context)}
token=$(kubectl --namespace portolan create token collector --duration "${2:-24h}")
cluster=$(kubectl config view --minify --flatten --raw --output 'jsonpath={.clusters[0].cluster}')
cat <<END
apiVersion: v1
kind: Config
current-context: "$name"
clusters: [{ name: "$name", cluster: $cluster }]
contexts: [{ name: "$name", context: { cluster: "$name", user: portolan } }]
users: [{ name: portolan, user: { token: "$token" } }]
END
