"""What GitOps repositories hold: files with secrets between « and », and files in which nothing is one."""

from __future__ import annotations

SECRETS = {
    "an address in base64": (
        "secret.yaml",
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: shop}\ndata:\n"
            "  MONGODB_URL: «bW9uZ29kYjovL3Nob3A6VGg0dFdhc05vdEl0QG1vbmdvLTA6MjcwMTcvc2hvcD9hdXRoU291cmNlPWFkbWlu»\n"
        ),
    ),
    "a parameter of an address in a configuration file": (
        "configmap.yaml",
        (
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  app.ini: |\n    [events]\n"
            "    endpoint = https://events.example.com/v1?site=1&api_key=«{alnum:32}»\n"
        ),
    ),
    "through a pipe": (
        "job.yaml",
        "args:\n- |\n  echo '«Winter!77»' | docker login registry.example.com -u ci --password-stdin\n",
    ),
    "bitnami postgresql": (
        "values.yaml",
        'postgresql:\n  auth:\n    username: shop\n    password: «Tr0ub4dor»\n    postgresPassword: «letmein»\n    database: shop\n    existingSecret: ""\n',
    ),
    "bitnami redis": (
        "values.yaml",
        "redis:\n  auth: {enabled: true, password: «r3d1s!»}\n  architecture: standalone\n",
    ),
    "bitnami rabbitmq": (
        "values.yaml",
        "auth:\n  username: user\n  password: «bunny99»\n  erlangCookie: «{upper:20}»\n",
    ),
    "bitnami mysql": (
        "values.yaml",
        "auth:\n  rootPassword: «root»\n  replicationPassword: «replica1»\n  createDatabase: true\n",
    ),
    "grafana": (
        "values.yaml",
        "grafana:\n  adminUser: admin\n  adminPassword: «prom-operator»\n  persistence: {enabled: true}\n",
    ),
    "keycloak": ("values.yaml", "auth:\n  adminUser: admin\n  adminPassword: «kc»x\n".replace("«kc»x", "«kcadmin»")),
    "harbor": (
        "values.yaml",
        'harborAdminPassword: "«Harbor12345»"\nsecretKey: "«{alnum:16}»"\nregistry:\n  credentials:\n    username: harbor\n    password: «harbor_registry_password»\n',
    ),
    "minio": (
        "values.yaml",
        "rootUser: minio\nrootPassword: «minio123»\nusers:\n  - accessKey: console\n    secretKey: «console123»\n    policy: consoleAdmin\n",
    ),
    "airflow": (
        "values.yaml",
        "fernetKey: «{alnum:43}=»\nwebserverSecretKey: «{hex:32}»\ndata:\n  metadataConnection: {user: airflow, pass: «airflow-pw1», host: pg}\n",
    ),
    "argo-cd": (
        "values.yaml",
        'configs:\n  secret:\n    argocdServerAdminPassword: "«$2a$10${alnum:53}»"\n    githubSecret: "«{hex:40}»"\n',
    ),
    "sentry": (
        "values.yaml",
        "user:\n  create: true\n  email: admin@example.com\n  password: «sentry1»\nsystem:\n  secretKey: '«{alnum:50}»'\n",
    ),
    "gitlab runner": (
        "values.yaml",
        'gitlabUrl: https://gitlab.example.com/\nrunnerToken: «glrt-{alnum:20}»\nrunnerRegistrationToken: ""\n',
    ),
    "traefik basic auth": (
        "middleware.yaml",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  users: |\n    admin:«$apr1${alnum:8}${alnum:22}»\n",
    ),
    "loki object storage": (
        "values.yaml",
        "loki:\n  storage:\n    s3:\n      endpoint: s3.example.com\n      access_key_id: loki\n      secret_access_key: «{alnum:40}»\n",
    ),
    "thanos object storage": (
        "objstore.yaml",
        "type: S3\nconfig:\n  bucket: thanos\n  access_key: «{upper:20}»\n  secret_key: «{alnum:40}»\n",
    ),
    "prometheus remote write": (
        "values.yaml",
        "prometheus:\n  prometheusSpec:\n    remoteWrite:\n      - url: https://mimir.example.com/api/v1/push\n        basicAuth: {username: tenant1}\n        basic_auth:\n          username: tenant1\n          password: «mimir-push-2024»\n",
    ),
    "alertmanager": (
        "alertmanager.yaml",
        "global:\n  slack_api_url: https://hooks.slack.com/services/«T{upper:8}/B{upper:10}/{alnum:24}»\n  smtp_auth_password: «mail-2024-pw»\nreceivers:\n- name: pager\n  pagerduty_configs: [{routing_key: «{hex:32}»}]\n",
    ),
    "compose": (
        "docker-compose.yml",
        "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: «postgres»\n      POSTGRES_USER: shop\n  cache:\n    command: redis-server --requirepass «c4che-pw»\n",
    ),
    "terraform variables": ("prod.tfvars", 'region = "eu-central-1"\ndb_password = "«Winter-2024»"\n'),
    "terraform": ("main.tf", 'resource "x" "y" {\n  password = var.db_password\n  token    = "«{alnum:40}»"\n}\n'),
    "environment file": (
        ".env.staging",
        "«PORT=3000\n".replace("«", "") + 'DB_PASSWORD=«hunter2»\nexport API_TOKEN="«{alnum:32}»"\nEMPTY_SECRET=\n',
    ),
    "properties": (
        "application.properties",
        "spring.datasource.username=sa\nspring.datasource.password=«S3cret-db»\nserver.port=8080\n",
    ),
    "embedded properties": (
        "configmap.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  application.yml: |\n    spring:\n      datasource:\n        url: jdbc:postgresql://db/shop\n        password: «S3cret-db»\n",
    ),
    "npmrc": (".npmrc", "registry=https://registry.npmjs.org/\n//registry.npmjs.org/:_authToken=«npm_{alnum:36}»\n"),
    "pypirc": (".pypirc", "[pypi]\nusername = __token__\npassword = «pypi-AgEIcHlwaS5vcmc{alnum:120}»\n"),
    "netrc": (".netrc", "machine git.example.com login deploy password «netrc-pw-1»\n"),
    "docker config": (
        "config.json",
        '{"auths": {"registry.example.com": {"auth": "«c2hvcDpsYW50ZXJuLWhhcmJvci03MQ==»"}}}\n',
    ),
    "kubeconfig": (
        "kubeconfig.yaml",
        "apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    token: «{jwt}»\n",
    ),
    "wireguard": (
        "wg0.conf",
        "[Interface]\nPrivateKey = «{alnum:43}=»\nAddress = 10.0.0.1/24\n[Peer]\nPublicKey = {alnum:43}=\nPresharedKey = «{alnum:43}=»\n",
    ),
    "service account of Google": (
        "sa.json",
        '{"type": "service_account", "private_key_id": "{hex:40}", "private_key": "«-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\\n-----END PRIVATE KEY-----»\\n", "client_email": "a@b.iam.gserviceaccount.com"}\n',
    ),
    "Azure": (
        "values.yaml",
        "storage: DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=«{alnum:86}==»;EndpointSuffix=core.windows.net\n",
    ),
    "SQL Server": (
        "values.yaml",
        "db: Server=tcp:sql,1433;Database=shop;User ID=sa;Password=«Str0ng!Passw0rd»;Encrypt=true\n",
    ),
    "mongodb": ("values.yaml", "uri: mongodb+srv://shop:«m0ngo-pw»@cluster0.example.net/shop?retryWrites=true\n"),
    "amqp in a list": ("values.yaml", "args:\n- --broker=amqp://shop:«bunny-99»@mq:5672/vhost\n- --verbose\n"),
    "jdbc": ("values.yaml", "url: jdbc:mysql://db/shop?user=shop&password=«mysql-pw-1»&useSSL=true\n"),
    "kustomize literals": (
        "kustomization.yaml",
        "secretGenerator:\n- name: shop\n  literals:\n  - username=shop\n  - password=«kustom-1»\n",
    ),
    "helm parameters": (
        "app.yaml",
        "spec:\n  source:\n    helm:\n      parameters:\n      - name: postgresql.auth.password\n        value: «param-pw-1»\n      - name: image.tag\n        value: v1.2.3\n",
    ),
    "set flags": ("job.yaml", "script: |\n  helm upgrade shop . --set auth.password=«flag-pw-1» --set image.tag=v1\n"),
    "flag and value in a list": ("job.yaml", 'args: ["--user", "shop", "--password", "«list-pw-1»"]\n'),
    "mysql": ("backup.sh", "mysqldump -u root -p'«dump-pw-1»' shop > dump.sql\n"),
    "curl": ("deploy.sh", "curl -u deploy:«curl-pw-1» https://nexus.example.com/upload\n"),
    "bearer": ("deploy.sh", 'curl -H "Authorization: Bearer «{alnum:40}»" https://api.example.com\n'),
    "psql": ("backup.sh", "PGPASSWORD=«pg-pw-12» psql -h db -U shop\n"),
    "sql": (
        "init.sql.yaml",
        "init: |\n  CREATE USER shop WITH PASSWORD '«sql-pw-1»';\n  ALTER USER 'root'@'%' IDENTIFIED BY '«sql-pw-2»';\n",
    ),
    "cloud-init": ("user-data.yaml", "#cloud-config\nchpasswd:\n  list: |\n    root:«cl0ud-pw»\nssh_pwauth: true\n"),
    "redis configuration": ("redis.conf", "bind 0.0.0.0\nrequirepass «redis-pw-1»\nmasterauth «redis-pw-2»\n"),
    "xml": (
        "settings.xml",
        "<settings><server><username>shop</username><password>«maven-pw-1»</password></server></settings>\n",
    ),
    "Dockerfile": (
        "Dockerfile",
        "FROM node:22\nARG NPM_TOKEN=«npm_{alnum:36}»\nENV DB_PASSWORD «space-pw»x\n".replace(
            "ENV DB_PASSWORD «space-pw»x\n", ""
        ),
    ),
    "Ansible": ("group_vars.yml", "ansible_become_pass: «become-1»\nvault_password_file: ~/.vault\n"),
    "folded": ("values.yaml", "password: >-\n  «folded-pw-1»\n"),
    "anchor": ("values.yaml", "x-pw: &pw «anchor-pw-1»\ndb: {password: *pw}\n"),
    "merge": ("values.yaml", "base: &base {password: «merged-pw-1»}\napp: {<<: *base, user: shop}\n"),
    "double quoted": ("values.yaml", 'password: "«quo\\"ted-1»"\n'),
    "number": ("values.yaml", "password: «12345678»\n"),
    "many documents": ("all.yaml", "a: 1\n---\npassword: «second-1»\n---\nb: 2\n"),
    "below a holder": ("values.yaml", "secrets:\n  STRIPE: «{alnum:32}»\n  LEVEL: debug\n"),
    "encoded": (
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata:\n  password: «bGFudGVybi1oYXJib3ItNzE=»\n  username: c2hvcA==\n",
    ),
    "encoded twice": (
        "values.yaml",
        "blob: «Y0c5emRHZHlaWE02THk5emFHOXdPbXhoYm5SbGNtNHRhR0Z5WW05eUxUY3hRR1JpTDNOb2IzQT0=»\n",
    ),
    "Secret in a list": (
        "secrets.yaml",
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: x}\n  stringData: {token: «{alnum:32}»}\n",
    ),
    "SOPS with a plain leaf": (
        "secrets.enc.yaml",
        "db:\n  user: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]\n  password: «forgotten-1»\nsops: {mac: 'ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]', version: 3.9.0}\n",
    ),
    "template of a chart": (
        "templates/secret.yaml",
        "{{- if .Values.x }}\nstringData:\n  password: «tpl-pw-12»\n  other: {{ .Values.other | quote }}\n{{- end }}\n",
    ),
    "broken YAML": ("values.yaml", "a: [1\npassword: «broken-1»\n"),
    "comment": ("values.yaml", "# DB_PASSWORD: «0ld-Passw0rd»\na: 1\n"),
    "Yandex Cloud": ("values.yaml", "yc:\n  key: «AQVN{alnum:36}»\n  oauth: «y0_{alnum:55}»\n"),
    "YooKassa": ("values.yaml", 'yookassa: {shopId: "123456", secretKey: «live_{alnum:43}»}\n'),
    "Telegram": ("values.yaml", "telegram:\n  bot: «{digits:10}:AA{alnum:33}»\n"),
    "German": ("values.yaml", "datenbank:\n  kennwort: «Sommer2024»\n"),
    "French": ("values.yaml", "motDePasse: «été-2024»\n"),
    "Spanish": ("values.yaml", "contraseña: «verano2024»\n"),
    "Chinese": ("values.yaml", "数据库密码: «xiatian2024»\n"),
    "Russian words": ("values.yaml", "секретныйКлюч: «{alnum:32}»\nтокен_доступа: «{alnum:24}»\n"),
    "in prose": ("docs/setup.md", "Log in with:\n\n    password: «Wd7!kQ2z-9pLm»\n"),
    "token in code": ("apps/shop/src/api.ts", 'const client = new Client("«ghp_{alnum:36}»");\n'),
    "json": ("config.json", '{\n  "db": {\n    "password": "«json-pw-1»"\n  }\n}\n'),
    "json pairs on one line": (
        "task.json",
        '{"environment":[{"name":"DB_PASSWORD","value":"«task-pw-1»"},{"name":"PORT","value":"80"}]}\n',
    ),
    "toml": ("config.toml", '[database]\npassword = "«toml-pw-1»"\nport = 5432\n'),
    "hcl heredoc": ("vault.hcl", 'seal "transit" {\n  token = "«hvs.{alnum:90}»"\n}\n'),
    "authorization": ("values.yaml", "headers:\n  Authorization: Splunk «{alnum:36}»\n  X-Api-Key: «{alnum:32}»\n"),
    "user and password": ("values.yaml", "basicAuth: admin:«basic-pw-1»\nlistener: {auth: 'shop:«lst-pw-1»'}\n"),
    "weak in a comment": ("values.yaml", "a: 1 # password: «hunter2»\n"),
    "a key of Amazon": ("values.yaml", "secretAccessKey: «/abc+{alnum:35}»\naccessKeyId: «AKIA{upper:16}»\n"),
    "letters alone": ("values.yaml", "apiToken: «qzxvkjwpfhgbtmrdcnlsyeua»\n"),
    "a phrase": ("values.yaml", "passphrase: «correct horse battery staple»\n"),
    "without a name": ("values.yaml", "upstream: «q7Rk2VxN9tLw4ZbY8mPc»\n"),
    "headers of curl": (
        "deploy.sh",
        "curl -H 'PRIVATE-TOKEN: «glpat-{alnum:20}»' -H \"X-Vault-Token: «{alnum:26}»\" https://x.example.com\n",
    ),
    "libpq": ("values.yaml", "dsn: host=db user=shop password=«libpq-1x» dbname=shop sslmode=require\n"),
    "S3 signed": ("values.yaml", "u: https://b.s3.amazonaws.com/k?X-Amz-Credential=x&X-Amz-Signature=«{hex:64}»\n"),
    "environment of a process": (
        "shop.service",
        '[Service]\nEnvironment="DB_PASSWORD=«unit-pw-1»"\nExecStart=/usr/bin/shop\n',
    ),
    "helm secrets plugin": (
        "helmfile.yaml",
        "releases:\n- name: shop\n  set:\n  - name: auth.password\n    value: «helmfile-1»\n",
    ),
    "GitLab CI": (".gitlab-ci.yml", "variables:\n  DEPLOY_PASSWORD: «ci-pw-12»\n  NODE_ENV: production\n"),
    "GitHub workflow": (".github/workflows/ci.yml", "env:\n  API_KEY: «{hex:32}»\njobs: {}\n"),
    "ArgoCD repository": (
        "repo.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: r, labels: {argocd.argoproj.io/secret-type: repository}}\nstringData:\n  type: git\n  url: https://git.example.com/shop.git\n  username: bot\n  password: «glpat-{alnum:20}»\n",
    ),
    "basic auth in a URL": ("pip.conf", "[global]\nindex-url = https://bot:«nexus-pw-1»@nexus.example.com/simple\n"),
    "pgpass": (".pgpass", "db.example.com:5432:shop:shop:«pgpass-1»\n"),
    "jwt": ("values.yaml", "note: use «{jwt}» here\n"),
    "PGP": (
        "key.asc",
        "«-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBGabcdefghijklmnop1234567890\n-----END PGP PRIVATE KEY BLOCK-----»\n",
    ),
    "Helm values in an Application": (
        "app.yaml",
        "spec:\n  source:\n    helm:\n      values: |\n        auth:\n          password: «inline-pw-1»\n",
    ),
    "ini": (
        "grafana.ini",
        "[security]\nadmin_user = admin\nadmin_password = «graf-pw-1»\n;secret_key = SW2YcwTIb9zpOOhoPsMm\n".replace(
            ";secret_key = SW2YcwTIb9zpOOhoPsMm\n", ""
        ),
    ),
    "parameter in a block": (
        "configmap.yaml",
        "data:\n  shop.conf: |\n    endpoint = https://events.example.com/v1?api_key=«{alnum:32}»\n    pool = 10\n",
    ),
    "a phrase in a comment": ("values.yaml", "# password: «orange-lemon-delta-nine»\na: 1\n"),
    "an encoded address": (
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata:\n  DATABASE_URL: «cG9zdGdyZXM6Ly9zaG9wOmxhbnRlcm4tNzFAZGIuZXhhbXBsZS5jb20vc2hvcA==»\n",
    ),
    "the default of Java": ("shop.properties", "keystore.password=«changeit»\n"),
    "piped": ("ci.sh", "echo '«Adm1n@123»' | docker login registry.example.com -u ci --password-stdin\n"),
}

HARMLESS = {
    "permissions of OAuth": (
        "values.yaml",
        "security:\n- petstore_auth: ['write:pets', 'read:pets']\n- admin_auth: ['admin:org', 'repo:status']\n",
    ),
    "a variable through a pipe": (
        "job.yaml",
        'args:\n- |\n  echo "$REGISTRY_PASSWORD" | docker login registry.example.com -u ci --password-stdin\n',
    ),
    "a Secret that waits for its content": (
        "secret.yaml",
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: shop}\nstringData:\n  config.yaml: |\n    url: https://example.com\n"
            "    privateKey: CHANGE_ME\n  id_rsa: |\n    -----BEGIN OPENSSH PRIVATE KEY-----\n    XXXXXXXXXXXX\n"
            "    -----END OPENSSH PRIVATE KEY-----\n"
        ),
    ),
    "parameters of an address": (
        "values.yaml",
        (
            "env:\n  DOCS_URL: https://example.com/token?page=2&key=name&token_type=bearer\n"
            "  CALLBACK_URL: https://example.com/auth?redirect_uri=https://shop.example.com&state=${STATE}\n"
        ),
    ),
    "names and keys": (
        "values.yaml",
        "auth:\n  existingSecret: shop-db\n  existingSecretPasswordKey: postgres-password\n  secretKeys: {adminPasswordKey: admin-password, userPasswordKey: password}\n  passwordSecret: shop-db-password\n  usernameKey: username\n  secretName: shop-tls\n",
    ),
    "about secrets": (
        "values.yaml",
        "passwordPolicy: strong\ntokenTTL: 3600\nsecretRotation: enabled\npasswordMinLength: 12\ntokenUrl: https://sso.example.com/token\nauthType: password\npasswordKey: db-password\ntokenExpiry: 24h\npasswordResetEnabled: true\nsecretProvider: vault\n",
    ),
    "nothing": ("values.yaml", 'password: ""\ntoken: null\nsecret: ~\napiKey: {}\nkeys: []\nadminPassword:\n'),
    "switches": ("values.yaml", 'token: true\nsecret: {create: false, enabled: "yes"}\ncredentials: required\n'),
    "documentation in a chart": (
        "values.yaml",
        '## @param auth.password Password for the new user. Ignored if existingSecret is provided\n## @param auth.existingSecret Name of a Secret\n# password: "changeme"\nauth:\n  password: ""\n',
    ),
    "placeholders": (
        "values.yaml",
        "password: CHANGE_ME\ntoken: <your-token>\napiKey: YOUR_API_KEY\nsecret: xxxxxxxx\nclientSecret: REPLACE_ME_CLIENT_SECRET\ndbPassword: '***'\nkey: TODO\nadminPassword: changeme\n",
    ),
    "references": (
        "values.yaml",
        "a: {password: 'ref+vault://secret/db#/password'}\nb: {password: '${DB_PASSWORD}'}\nc: {password: $(DB_PASSWORD)}\nd: {password: '<path:secret/data/db#password>'}\ne: {password: 'vault:secret/data/db#password'}\nf: {password: /run/secrets/db}\ng: {password: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:db'}\nh: {password: 'op://vault/db/password'}\ni: {password: 'ssm:///shop/db'}\nj: {password: '{{ .Values.db.password }}'}\n",
    ),
    "addresses with references": (
        "values.yaml",
        "a: postgres://shop:$(PW)@db/shop\nb: postgres://shop:${PW}@db/shop\nc: redis://:{{ .Values.pw }}@redis:6379\nd: amqp://mq:5672\ne: https://user@example.com/path\nf: git@github.com:org/repo.git\ng: oci://registry.example.com:5000/charts/shop\n",
    ),
    "public keys and certificates": (
        "values.yaml",
        "sshPublicKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICGIotSFb7PI1A ops@bastion\npublicKey: {alnum:43}=\nca: |\n  -----BEGIN CERTIFICATE-----\n  MIIBszCCAVmgAwIBAgIUYHQbY0VurXo1\n  -----END CERTIFICATE-----\nrecipient: age1fs6hvgravs9lzmwa2hc6cssaelnu6r004kavd03f47w6mm8crtpqra3lks\n",
    ),
    "digests": (
        "values.yaml",
        "checksum/config: {hex:64}\nimage: {repository: a/b, digest: 'sha256:{hex:64}'}\nrevision: {hex:40}\nuid: 5fb14fcf-cb12-4e23-85bb-967830bcba9a\nconfigHash: {hex:32}\n",
    ),
    "image references": (
        "values.yaml",
        "image: registry.example.com:5000/shop:1.4.2@sha256:9432ab5dd1c8a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08a1b2c\n",
    ),
    "secretKeyRef": (
        "deploy.yaml",
        "env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: shop-db, key: password}\n- name: TOKEN_PATH\n  value: /var/run/secrets/token\n",
    ),
    "rbac": (
        "role.yaml",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: x}\nrules:\n- apiGroups: ['']\n  resources: [secrets, tokenreviews]\n  verbs: [get, list]\n",
    ),
    "ExternalSecret": (
        "es.yaml",
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: shop}\nspec:\n  secretStoreRef: {name: vault, kind: ClusterSecretStore}\n  target: {name: shop-env}\n  data:\n  - secretKey: DB_PASSWORD\n    remoteRef: {key: prod/shop/db, property: password}\n",
    ),
    "SealedSecret": (
        "sealed.yaml",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: shop}\nspec:\n  encryptedData:\n    password: AgBy3i4OJSWK{alnum:200}\n  template: {metadata: {name: shop}, type: Opaque}\n",
    ),
    "SOPS": (
        "secrets.enc.yaml",
        "password: ENC[AES256_GCM,data:4Q==,iv:{alnum:43}=,tag:{alnum:22}==,type:str]\nsops:\n  age:\n  - recipient: age1fs6hvgravs9lzmwa2hc6cssaelnu6r004kavd03f47w6mm8crtpqra3lks\n    enc: |\n      -----BEGIN AGE ENCRYPTED FILE-----\n      {alnum:64}\n      -----END AGE ENCRYPTED FILE-----\n  mac: ENC[AES256_GCM,data:{alnum:40},iv:{alnum:43}=,tag:{alnum:22}==,type:str]\n  version: 3.9.0\n",
    ),
    "Ansible vault": (
        "vault.yml",
        "$ANSIBLE_VAULT;1.1;AES256\n62313365396662343061393464336163383764373764613633653634306231386433626436623361\n",
    ),
    "inline Ansible vault": (
        "vars.yml",
        "db_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  62313365396662343061393464336163383764373764613633653634306231386433626436623361\n",
    ),
    "empty environment template": (".env.example", "DB_PASSWORD=\nAPI_TOKEN=your-token-here\nPORT=3000\n"),
    "code": (
        "apps/shop/src/login.ts",
        "const password = req.body.password;\nexport type Login = { password: string; token?: string };\nconst secret = process.env.SECRET ?? '';\nit('logs in', () => login({ password: 'hunter2' }));\nconst url = `postgres://${user}:${password}@${host}/db`;\nconst example = 'postgres://user:password@localhost:5432/db';\n",
    ),
    "python": (
        "scripts/deploy.py",
        "password = os.environ['DB_PASSWORD']\ntoken = get_token()\nAPI_KEY_HEADER = 'x-api-key'\n",
    ),
    "go": (
        "main.go",
        'var secretName = flag.String("secret-name", "shop", "name of the Secret")\nfunc token(s string) string { return s }\n',
    ),
    "texts": (
        "apps/shop/messages/de.json",
        '{"password": "Passwort", "passwordHint": "Mindestens 12 Zeichen", "token": "Ihr Token"}\n',
    ),
    "locale yaml": ("config/locales/ru.yml", "ru:\n  login:\n    password: Пароль\n    secret: Секретное слово\n"),
    "prose": (
        "docs/secrets.md",
        "Set `password: <your password>` or use `existingSecret: shop-db`.\nThe token is rotated. The secret: never commit it.\n\n    psql postgres://user:password@localhost:5432/shop\n    password: changeme\n    export TOKEN=$(vault read -field=token secret/ci)\n",
    ),
    "shell": (
        "deploy.sh",
        'TOKEN="$1"\nPASSWORD=$(cat /run/secrets/pw)\nread -s PASSWORD\nexport PGPASSWORD="${PGPASSWORD:?}"\nif [ -z "$SECRET" ]; then echo "SECRET is not set"; fi\n',
    ),
    "terraform": (
        "main.tf",
        'variable "db_password" { sensitive = true }\nresource "x" "y" {\n  password = random_password.db.result\n  secret_name = "shop-db"\n  key_name = "deployer"\n}\n',
    ),
    "workflow": (
        ".github/workflows/ci.yml",
        "jobs:\n  build:\n    permissions: {id-token: write}\n    steps:\n    - uses: docker/login-action@v3\n      with:\n        username: ${{ github.actor }}\n        password: ${{ secrets.GITHUB_TOKEN }}\n    - uses: actions/cache@v4\n      with: {key: \"node-${{ hashFiles('**/package-lock.json') }}\"}\n",
    ),
    "gitlab": (
        ".gitlab-ci.yml",
        'variables:\n  VAULT_AUTH_ROLE: ci\n  TOKEN_FILE: /tmp/token\nbuild:\n  id_tokens: {VAULT_ID_TOKEN: {aud: https://vault.example.com}}\n  secrets:\n    DB_PASSWORD: {vault: prod/db/password@kv, file: false}\n  script:\n  - echo "$CI_REGISTRY_PASSWORD" | docker login -u "$CI_REGISTRY_USER" --password-stdin\n',
    ),
    "Argo CD": (
        "app.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, annotations: {notifications.argoproj.io/subscribe.on-sync.slack: alerts}}\nspec:\n  source: {repoURL: 'https://git.example.com/shop.git', targetRevision: {hex:40}, path: deploy}\n  syncPolicy: {syncOptions: [RespectIgnoreDifferences=true]}\n",
    ),
    "images and tags": (
        "values.yaml",
        "image: {repository: registry.example.com/shop, tag: main-4f9d2c7b81aec3d05e6f7a8b9c0d1e2f00112233-1704304891}\n",
    ),
    "json schema": (
        "values.schema.json",
        '{"properties": {"password": {"type": "string", "description": "The password", "default": ""}, "token": {"type": "string"}}}\n',
    ),
    "crd": (
        "crd.yaml",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  versions:\n  - schema:\n      openAPIV3Schema:\n        properties:\n          password: {type: string, description: The password of the user., example: hunter2}\n",
    ),
    "lock file": (
        "package-lock.json",
        '{"packages": {"node_modules/a": {"integrity": "sha512-{alnum:86}==", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz"}}}\n',
    ),
    "Sentry": ("values.yaml", "SENTRY_DSN: https://{hex:32}@o42.ingest.sentry.io/17\n"),
    "publishable": (".env.example", "NEXT_PUBLIC_STRIPE_KEY=pk_live_{alnum:24}\n"),
    "Supabase for browsers": ("values.yaml", "env:\n  NEXT_PUBLIC_SUPABASE_ANON_KEY: {jwt:anon}\n"),
    "certificate of a Secret": (
        "secret.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  ca.crt: |\n    -----BEGIN CERTIFICATE-----\n    MIIBszCCAVmgAwIBAgIUYHQbY0VurXo1\n    -----END CERTIFICATE-----\n",
    ),
    "long names": (
        "values.yaml",
        "serviceAccountName: external-secrets-operator-cert-controller\nhost: rds-main-production-2024.cluster-abc123.eu-central-1.rds.amazonaws.com\nbucket: Shop-Media-Production-EU-Central-1-2024\nfeature: EnableNewCheckoutFlowWithOneClickPaymentV2\n",
    ),
    "paths of keys": (
        "values.yaml",
        "tls: {certFile: /etc/tls/tls.crt, keyFile: /etc/tls/tls.key}\nauth: {credentialsFile: /vault/secrets/aws.json}\n",
    ),
    "kafka": (
        "values.yaml",
        "sasl.mechanism: SCRAM-SHA-512\nsecurity.protocol: SASL_SSL\ntokenizer: standard\nkeySerializer: org.apache.kafka.common.serialization.StringSerializer\n",
    ),
    "oauth2-proxy": (
        "values.yaml",
        'config:\n  existingSecret: oauth2-proxy\n  cookieName: _oauth2_proxy\nextraArgs:\n  oidc-issuer-url: https://sso.example.com\n  pass-access-token: true\n  cookie-secure: "true"\n  set-authorization-header: true\n',
    ),
    "cert-manager": (
        "issuer.yaml",
        "spec:\n  acme:\n    privateKeySecretRef: {name: letsencrypt-account-key}\n    solvers:\n    - dns01: {cloudflare: {apiTokenSecretRef: {name: cloudflare-api-token, key: api-token}}}\n",
    ),
    "labels": (
        "deploy.yaml",
        "metadata:\n  labels: {app.kubernetes.io/part-of: token-service, secret-type: tls}\n  annotations: {checksum/secret: {hex:64}}\n",
    ),
    "where a key goes": (
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData:\n  id_rsa: |\n    -----BEGIN OPENSSH PRIVATE KEY-----\n"
        + "    XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX\n" * 3
        + "    -----END OPENSSH PRIVATE KEY-----\n",
    ),
}
