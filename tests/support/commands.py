"""Command lines, files of accounts, examples and ciphertext: secrets between « and », and what looks like one and is none."""

from __future__ import annotations

SECRETS = {
    "a login to a registry": (
        ".gitlab-ci.yml",
        "build:\n  script:\n  - docker login -u ci -p «Winter!77» registry.example.com\n  - helm registry login -u ci -p «Winter!78» r.io\n",
    ),
    "a literal of a Secret": (
        "make.sh",
        "kubectl create secret generic db --from-literal=password=«Winter!77» --from-literal=user=shop\n",
    ),
    "a setting of a program": (
        "ci.sh",
        "aws configure set aws_secret_access_key «{alnum:40}»\nnpm config set //r.example.com/:_authToken «{alnum:36}»\n",
    ),
    "a password as a word of its own": (
        "ci.sh",
        (
            "htpasswd -bc /etc/nginx/.htpasswd admin «Winter!77»\nhtpasswd -nbB admin «Winter!78» >users\n"
            "mc alias set store http://minio:9000 admin «Winter!79»\n"
        ),
    ),
    "a directory": ("ci.sh", "ldapsearch -x -D cn=admin -w «Winter!77» -b dc=example\n"),
    "a token in a header": (
        "job.yaml",
        "args:\n- |\n  curl -H \"Authorization: token «{hex:40}»\" https://git.example.com\n  curl -H 'Authorization: ApiKey «{alnum:32}»' https://x\n",
    ),
    "accounts of a system": (
        "Dockerfile",
        "FROM alpine\nRUN echo 'root:«Winter!77»' | chpasswd\nRUN echo «Winter!78» | passwd --stdin shop\n",
    ),
    "a machine with a line for each word": (".netrc", "machine git.example.com\n  login ci\n  password «Winter!77»\n"),
    "a role": ("init.sql", "CREATE ROLE shop LOGIN PASSWORD '«Winter!77»';\n"),
    "a user of a proxy": ("haproxy.cfg", "userlist all\n  user admin insecure-password «Winter!77»\n"),
    "attributes": (
        "web.config",
        '<add key="ApiKey" value="«{alnum:32}»"/>\n<property name="password" value="«Winter!77»"/>\n<add key="Region" value="eu-west-1"/>\n',
    ),
    "an address that is switched off": (
        "values.yaml",
        "# url: postgres://shop:«Winter!77»@postgres:5432/shop\nkey: x\n",
    ),
    "a variable of Terraform": (
        "variables.tf",
        'variable "db_password" {\n  type    = string\n  default = "«Winter!77»"\n}\nvariable "api_token" { default = "«Winter!78»" }\n',
    ),
    "a variable of an image": ("Dockerfile", "ENV SECRET_KEY «{alnum:32}»\nENV PATH /usr/bin\n"),
    "an entry that is switched off": (
        "values.yaml",
        "env:\n# - name: DB_PASSWORD\n#   value: «Winter!77»\n- name: A\n",
    ),
    "what is used without a value": (
        "docker-compose.yaml",
        "environment:\n- JWT_SECRET=${JWT_SECRET:-«Winter!77»}\n- DB_PASSWORD=${DB_PASSWORD:-postgres}\n",
    ),
    "what a template falls back to": (
        "secret.tpl",
        'password: {{ .Values.password | default "«Winter!77»" | quote }}\ntoken: {{ default "«Winter!78»" .Values.token }}\n',
    ),
    "keys of a cluster": (
        "encryption.yaml",
        "kind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc: {keys: [{name: a, secret: «{alnum:43}=»}]}\n",
    ),
    "JSON in a string of a shell": (
        ".gitlab-ci.yml",
        'script:\n- echo "{\\"auths\\":{\\"r.io\\":{\\"username\\":\\"ci\\",\\"password\\":\\"«Winter!77»\\"}}}" >config.json\n',
    ),
    "commands in other languages": (
        "Makefile",
        "login:\n\tdocker login -u ci -p «Winter!77» r.io\n\tcurl -u ci:«Winter!78» https://x\n",
    ),
    "PowerShell": (
        "deploy.ps1",
        '$password = "«Winter!77»"\n$p = ConvertTo-SecureString "«Winter!78»" -AsPlainText -Force\n$env:API_TOKEN = $token\n',
    ),
    "a password for a program": (
        "ci.sh",
        "echo «Winter!77» | sudo -S apt-get update\nrabbitmqctl add_user ci «Winter!78»\ntwine upload -u ci -p «Winter!79» dist/*\n",
    ),
    "what Spring falls back to": ("application.yml", "spring:\n  rabbitmq:\n    password: ${RABBIT_PW:«Winter!77»}\n"),
    "a flag before an address": ("ci.yaml", "script:\n- wget --http-user=a --http-password=«Winter!77» https://x\n"),
    "users of PgBouncer": (
        "values.yaml",
        'userlist: |\n  "shop" "«SCRAM-SHA-256$4096:{alnum:22}==${alnum:43}=:{alnum:43}=»"\n',
    ),
    "an example that is none": (
        ".env.example",
        "DB_PASSWORD=«Winter!77»\nURL=postgres://a:«Winter!78»@db.shop.internal/x\n",
    ),
}

HARMLESS = {
    "ports": (
        "run.sh",
        'docker run -e DB_PASSWORD -p 8080:80 shop # the password is asked for\npodman run --secret token -p "$PORT" shop\n',
    ),
    "a login with variables": (
        ".gitlab-ci.yml",
        'build:\n  script:\n  - docker login -u $CI_REGISTRY_USER -p $CI_REGISTRY_PASSWORD $CI_REGISTRY\n  - az login --identity\n  - helm registry login -u ci -p "${TOKEN}" r.io\n',
    ),
    "a literal that is drawn": (
        "README.md",
        "kubectl create secret generic db --from-literal=password=$(openssl rand -hex 16) --from-literal=token=<token>\n",
    ),
    "a password that is asked for": ("ci.sh", "htpasswd -c /etc/nginx/.htpasswd admin\nhtpasswd -b users admin $PW\n"),
    "settings that are none": (
        "ci.sh",
        'aws configure set region eu-west-1\ngit config set user.email ci@example.com\nmc alias set store "$URL" "$KEY" "$SECRET"\n',
    ),
    "an account without a password": ("Dockerfile", 'RUN echo "shop:$PW" | chpasswd\nRUN passwd -d shop\n'),
    "a sentence that begins with the word": ("notes.conf", "  password rotation\n  password for everyone\n"),
    "attributes that say where it is": (
        "web.config",
        '<add key="ApiKeyName" value="x-api-key"/>\n<property name="password" value="${env.PW}"/>\n',
    ),
    "what is about a password, and a key of a site": (
        "values.yaml",
        'argocdServerAdminPasswordMtime: "2026-01-01T00:00:00Z"\nrecaptchaSiteKey: 6Lc{alnum:37}\n',
    ),
    "JSON of variables in a string of a shell": (
        ".gitlab-ci.yml",
        'script:\n- echo "{\\"auths\\":{\\"$R\\":{\\"username\\":\\"$U\\",\\"password\\":\\"$P\\"}}}" >config.json\n',
    ),
    "what a variable is cut to": ("a.sh", "TOKEN=${TOKEN:0:8}\nPASSWORD=${PASSWORD:?err1}\nSECRET=${SECRET:+yes1}\n"),
    "a sentence about a variable": ("README.md", "ENV SECRET_KEY is required!\n"),
    "keys of those who sign": (
        "Dockerfile",
        "ENV GPG_KEY {upper:40}\nRUN gpg --keyserver hkps://keys.openpgp.org --recv-keys {hex:40}\n",
    ),
    "code in a text for people": (
        "README.md",
        "    const hmac = createHmac('sha256', 'a');\n    const secret = alice.computeSecret(bob2);\n    credentials = new Some_Credentials(a1)\n",
    ),
    "addresses that explain": (
        "values.yaml",
        "# such as postgres://user:password@host:5432/shop\nurl: x\nspec:\n  description: As in http://user:password@proxy.\n",
    ),
    "settings of a database": ("values.yaml", "password_encryption: scram-sha-256\nsecrets:\n  version: v1alpha1\n"),
    "variables of Terraform": (
        "variables.tf",
        'variable "db_password" {\n  default = ""\n}\nvariable "region" {\n  default = "eu-west-1"\n}\noutput "x" { value = "Winter!77" }\n',
    ),
    "variables of an image": ("Dockerfile", "ENV PASSWORD_FILE /run/secrets/password\nENV TOKEN $TOKEN\n"),
    "an entry that is switched off, and filled in later": (
        "values.yaml",
        "# - name: DB_PASSWORD\n#   value: <password>\n# - name: REGION\n#   value: eu-west-1\nkey: x # value: Winter!77\n",
    ),
    "what is used without a value": (
        "run.sh",
        'PASSWORD="${PASSWORD:-$(cat /run/secrets/password)}"\nTOKEN=${TOKEN:-none}\nPASSWORD=${PASSWORD:?set it}\n',
    ),
    "what a template falls back to": (
        "secret.tpl",
        'password: {{ .Values.password | default "changeme" }}\nsecret: {{ default "shop-env" .Values.secret }}\npassword: {{ .Values.password | default (randAlphaNum 16) }}\n',
    ),
    "an environment to copy": (
        "apps/shop/.env.example",
        "DATABASE_URL=postgres://postgres:postgres@localhost:5432/shop\nPOSTGRES_PASSWORD=postgres\nAUTH_SECRET=generate-with-openssl-rand-base64-32\n",
    ),
    "ciphertext of Pulumi": ("Pulumi.prod.yaml", "config:\n  shop:password:\n    secure: AAABA{alnum:60}=\n"),
    "ciphertext of a build service": (".travis.yml", 'env:\n  global:\n  - secure: "{alnum:171}="\n'),
    "ciphertext of PGP": (
        "renovate.json",
        '{"hostRules": [{"matchHost": "x", "encrypted": {"token": "wcFMA{alnum:300}"}}]}\n',
    ),
}
