"""Commit subjects, labelled by hand: those that say nothing of the change, and those that do.

Of the kinds that public repositories of data science hold: typed in a hurry, mashed, written by
platforms; terse ones that are real, in many languages. The second two lists were written when the
reading stood, and before it had seen them: it then had precision 1.00 and recall 0.91 on them.
"""

from __future__ import annotations

MEANINGLESS = """\
.
..
...
-
x
a
k
1
12
123
wip
WIP
Wip.
wip wip
WIP: stuff
[WIP]
fix
Fix
fix.
fixes
fixed
fixing
Fixed it
fix fix
fix again
fix fix fix
fixed again!!
Fix bug
fix bugs
bug fix
Bug fixes
bugfix
Bugfixes and improvements
hotfix
quick fix
small fix
small fixes
minor fix
Minor fixes
some fixes
more fixes
another fix
one more fix
final fix
fix issue
Fix issues
fix error
Fixed errors
fix problem
fix stuff
fix the thing
fix code
update
Update
UPDATE
updates
updated
Updated.
updating
Update code
update files
Updated files
update notebook
Updated notebook
update script
update project
update repo
code update
Minor update
minor updates
small update
some updates
more updates
latest update
latest updates
latest changes
latest version
new version
New version of code
final version
final version 2
final_version_2
Final
final final
finalised version 3
FINAL FINAL v2
change
changes
Changes
changed
Changes made
made changes
made some changes
Some changes
small changes
minor changes
Minor changes.
more changes
various changes
misc
Misc
misc changes
misc updates
misc.
miscellaneous fixes
general improvements
improvements
Improvements
minor improvements
small improvements
cleanup
Cleanup
clean up
cleaning
code cleanup
clean code
Refactor
refactoring
refactor code
refactored code
some refactoring
edit
edits
minor edits
small edits
edited
tweak
tweaks
minor tweaks
more tweaks
stuff
Stuff
more stuff
things
some things
commit
Commit
commit 1
commit 2
my commit
first commit of the day
new commit
another commit
last commit
final commit
commit changes
committing
push
save
saving
save progress
saving work
work in progress
Work in progress...
work
more work
progress
some progress
done
Done!
finished
ok
okay
OK now
test
Test
testing
tests
test test
testing again
test commit
just testing
test 1
test2
tmp
temp
temporary
temp commit
checkpoint
backup
sync
new
New
new file
new files
add
added
Add file
Add files
added files
Added new files
add code
Added code
add stuff
adding things
remove file
delete files
removed stuff
deleted files
try
try again
trying
trying again
another try
second try
oops
Oops
whoops
argh
ugh
lol
haha
idk
whatever
blah
blah blah
foo
hello
hello world
asdf
asfd
asdfasdf
asdf asdf
asd
sdf
sdfsdf
qwe
qwerty
qweqwe
zxcv
dfgdfg
fdsfds
jkjkjk
aaaa
aaaaaaa
xxx
xxxx
sdkfjhsdkjf
lkjlkj
hjkl
dsfsdf
gfdgfd
asdasdasd
fghfgh
ddd
fff
1234
11111
🎉
🚀🚀🚀
:tada:
:bug:
👍
🔥 update
✨ wip
:art: changes
chore: update
fix: bug
fix: fix
feat: wip
chore: changes
refactor: code
fix(train): fixes
chore: misc
train.py
README.md
model.ipynb
src/data/load.py
requirements.txt
today
monday
2024-01-15
final day 3
day 2
part 2
step 3
v2 final
code
Code
notebook
Reformat
Spelling
Docs
Notebook
changes to code
code changes
changes in files
modified
Modified files
modifications
minor modifications
adjustments
small adjustments
corrections
correction
revisions
patch
Pushed from Domino: https://domino.example.com/workspace/ann/churn?executionId=65f1c0ffee
Pushed from Domino: https://cloud.example.com/workspace/bob/quick-start?executionId=abc
Add files via upload
Update README.md
Update train.py
Update src/model/train.py
Create README.md
Create main.yml
Create LICENSE.txt
Delete old.ipynb
Delete data/raw.csv
Rename a.py to b.py
Update Dockerfile
Update .gitignore
Update .gitlab-ci.yml file
Upload New File
Upload 3 files
Add new file
Add new directory
Created using Colab
Created using Colaboratory
Upload model.safetensors with huggingface_hub
Upload folder using huggingface_hub
Training in progress, step 500
End of training
README.md edited online with Bitbucket
Kaggle Notebook | Titanic | Version 3
vault backup: 2024-03-01 10:22:11
auto commit
Auto-commit 2024-05-05
automatic backup
backup 2024-05-05
commit by ann
Commit from Databricks
Update on Overleaf.
mise à jour
corrections
modifs
petites corrections
Divers changements
cambios
pequeños cambios
arreglos
actualización
Actualización de código
correcciones varias
alterações
ajustes
pequenas alterações
atualização
modifiche
aggiornamento
piccole modifiche
Änderungen
kleine Änderungen
Anpassungen
Korrekturen
zmiany
poprawki
drobne poprawki
güncelleme
perbaikan
правки
исправления
мелкие правки
обновление
изменения
фикс
更新
修改
修复
修复bug
更新代码
提交
测试
临时提交
小修改
修改一些问题
優化
変更
修正
微修正
テスト
更新しました
수정
업데이트
버그 수정
코드 수정
작업중
"""

MEANINGFUL = """\
Fix typo
Fix typos
Add tests
Fix tests
Fix #123
Fixes #45
#77
ML-1234
ML-1234 log the AUC
Fix lint
Remove print
Bump numpy
Pin pandas
Drop Python 3.9
Add dropout
Use Adam
Fix off-by-one
Fix NaN loss
Fix AUC
Fix CI
Add CI
Add license
Add README
Update README
Rename columns
Log recall
Handle empty batches
Fix memory leak
Fix race in the loader
Fix data leakage in the split
Fix seed of the sampler
Add early stopping
Add champion alias
Train on snapshot 4
Retrain with May data
Tune learning rate
Lower the learning rate to 1e-4
Add feature: distance to shop
Drop customer id from features
Impute missing ages with the median
Register the model as a candidate
Read transactions from Parquet
Log the confusion matrix
Log parameters with MLflow
Split by customer, not by row
Move feature code into a package
Move to PyTorch 2
Switch to XGBoost
Replace pickle by joblib
Test the promotion of a model
Tests for the loader
Document the rollback
Describe how to retrain
Speed up tokenization
Make training deterministic
Cache the embeddings
Support Python 3.13
Support GPUs
Ignore mlruns
Ignore checkpoints
Stop logging secrets
Do not log the token
Quote the path
Retry on 503
Raise the alert threshold to 0.9
Alert on drift of age
Add health check to the endpoint
Expose /metrics
Deploy to staging
Roll back to version 12
Add dashboard for latency
Update dashboard for version 2 of the model
Update learning rate schedule
Update threshold to 0.7
Update the data card
Update dependencies
Update pandas to 2.3.3
Update docs for promote
Fix broken link in README
Fix wrong sign in the loss
Fix crash on empty input
Fix flaky test of the scheduler
Fix import of mlflow
Fix path on Windows
Fix Dockerfile
Fix the bug that dropped the last batch
Bug: loader skips the last row
Fix KeyError in predict
Fix time zone of the timestamps
Change optimizer to SGD
Change default port
Change metric from accuracy to F1
Clean up temporary files after training
Clean the churn labels
Cleanup of unused imports
Refactor the trainer into steps
Refactor Trainer
Improve recall on rare classes
Improve error message for missing columns
Save the scaler with the model
Save checkpoints every 500 steps
Work around a bug in pandas 2.2
Remove unused imports
Remove dead code
Remove PII from fixtures
Delete stale notebooks
Delete the old experiment
Create endpoint for scoring
Create DVC pipeline
Add notebook for exploration
Add script for batch scoring
Add config for staging
Add data validation
Add type hints
Add MLflow autologging
Add pre-commit
Add model card
Add files for the DVC remote
Add Dockerfile
Format with ruff
Run ruff
Apply black
Lint the notebooks
Sort imports
Test on 3.12
Try focal loss
Try a deeper network
Experiment with class weights
Final evaluation on the test set
First version of the fraud model
New features for the fraud model
New loss function
Minor fix in the README of the example
Small fix for the date parser
Merge branch 'main' into feature
Merge pull request #12 from ann/fix
Merge remote-tracking branch 'origin/main'
Merged PR 123: Add scoring
Revert "Add dropout"
Reapply "Add dropout"
fixup! Add dropout
squash! Add dropout
amend! Add dropout
Initial commit
initial commit
First commit
Initial import
Bump torch from 2.1 to 2.2
Bump actions/checkout from 3 to 4
build(deps): bump requests
chore(deps): update dependency numpy to v2
Update dependency ruff to v0.5
[pre-commit.ci] pre-commit autoupdate
v1.4.0
1.4.0
Release 1.4.0
Release v2.0.0rc1
Version 3.2.1
chore(release): 1.2.3
Bump version to 0.3.1
Prepare release 1.0
fix: typo
fix: handle NaN in the loss
feat: add drift alerts
feat(api): score in batches
feat!: drop the v1 endpoint
docs: README
docs: explain the rollback
test: cover the loader
refactor: split the trainer
perf: cache embeddings
ci: run on 3.13
chore: pin numpy
build: use uv
style: ruff
revert: dropout
data: snapshot 2024-05
model: retrain on May
exp: focal loss
🎨 Improve the layout of the report
:bug: Fix crash on empty input
✨ Add batch scoring
🔥 Remove dead code
[fix] wrong label order
[train] lower the learning rate
train: lower learning rate
loader: skip empty files
ENH: support sparse input
BUG: keep index in merge
DOC fix formula of F1
MAINT pin Cython
TST: cover NaN
Correct the formula of the F1 score
Correct spelling
s/colour/color/
Python 3.13
GPU support
Typo in README
README: how to retrain
CI: cache pip
train.py: log the seed
train.py reads the config
requirements.txt: pin numpy
Update train.py to log the seed
Update README.md with the new endpoint
Create main.yml for the nightly job
Delete old.ipynb, replaced by the pipeline
Rename train to fit
Update the test data to May
Make it work without a GPU
Get rid of global state
Allow None as threshold
Use the snapshot, not the live dataset
Weights for rare classes
Feature store client
Half precision
K-fold by customer
Learning curves
Rollback plan
Drift report for April
Backfill scores for March
Backup of the registry before the migration
Sync labels with the warehouse
Auto-commit of the lock file from CI
Checkpoint every epoch
Upload the model to the registry
Upload new features to the store
Commit the lock file
Push images to the registry
Corrige la division par zéro
Ajoute la page de suivi du modèle
Mise à jour de pandas en 2.3
Correction du calcul du rappel
Corrección del cálculo de la pérdida
Añadir validación de datos
Cambio de optimizador
Actualiza el modelo de fraude
Corrige vazamento de dados
Adiciona métrica de recall
Atualiza o limiar para 0.7
Aggiunge il test del caricatore
Corretto il calcolo della media
Fehler in der Verlustfunktion behoben
Schwellwert auf 0.7 gesetzt
Modellkarte ergänzt
Lernrate angepasst
Voeg datavalidatie toe
Dodaj walidację danych
Popraw obliczanie recall
Kayıp fonksiyonu düzeltildi
Tambah validasi data
Perbaiki perhitungan recall
Исправить утечку данных
Добавить тест загрузчика
Обновить модель до версии 3
Исправлена ошибка в функции потерь
Додати перевірку даних
修复登录错误
修复数据泄露
增加早停
更新模型到第三版
修改学习率
添加单元测试
支持GPU训练
学習率を下げる
データ漏洩を修正
ドリフト検知を追加
モデルカードを更新
학습률 조정
데이터 누수 수정
드리프트 알림 추가
إصلاح حساب الدقة
تحديث بطاقة النموذج
सीखने की दर घटाएँ
แก้ไขการแบ่งข้อมูล
Thêm kiểm tra dữ liệu
Sửa lỗi tính recall
"""

MEANINGLESS_HELD_OUT = """\
updating things
fixes fixes fixes
Some more stuff
fixed some bugs
Fixed a bug
Bug fix 2
more bug fixes
fixing issues
fix the issue
resolved issue
solved
Solved the problem
code changes and fixes
changed some code
changed things
changed a few things
did some changes
did stuff
doing work
work done
today's work
updates from today
end of day
end of day commit
Latest
latest code
newest version
updated version
version 2
Version 3 final
final final version
last version
another version
second version
initial changes
initial code
first draft
draft
draft 2
just a commit
random commit
dummy commit
commit everything
commit all
all changes
everything
push changes
pushing code
saving changes
saved
minor
Minor tweak
minor edit
tiny fix
tiny change
little changes
misc cleanup
cleaned code
cleaned up code
general cleanup
general fixes
nothing
nothing much
idk what
meh
hmm
yes
aaa
abc
jhgjhg
asdfgh
lkjhgf
poiuy
zzz
dsadsad
kkkk
Update main.py
Update models.py
Create model.py
Delete app.py
Update requirements.txt
Rename Untitled.ipynb to train.ipynb
Add files via upload
Created using Colaboratory
Training in progress, step 1500
Update config.json
Upload README.md with huggingface_hub
🎨
🚧 wip
:construction:
chore: updates
feat: changes
fix: bugs
misc: stuff
fix: minor fixes
ajout
divers
mise à jour du code
actualizado
cambios varios
correções
ajustes finais
aggiornato
diverse Änderungen
Fehler behoben
drobne zmiany
разные правки
обновил код
更新文件
修改代码
修改bug
コード修正
코드 업데이트
"""

MEANINGFUL_HELD_OUT = """\
Fix recall
Fix scaler bug
Fix bug in scaler
Fix bug #12
Fix test for loader
Fix notebook paths
Fix typo in docs
Fix model path
Fix version of mlflow
Fix code style
Update model to v3
Update tests
Update changelog
Update authors
Update notebook outputs
Update code owners
Update seed to 42
Updated the threshold for alerts
Update CI to run on tags
Change model to ResNet
Change seed
Change log level
Changes the default metric
Add notebook on drift
Add new feature: merchant risk
Add seeds
Add loader test
Add missing import
Add more features to the churn model
Added SHAP plots
Added cross validation
adds dropout layer
Remove notebook outputs
Remove print statements
Remove duplicates before the split
Delete unused columns
Minor: fix spacing in table
Clean notebook outputs
Clean up feature names
Refactoring of data loading
Improve docs
Improve training speed
Test coverage for promote
Testing utilities for DVC
Save model as ONNX
Save best weights
Working GPU image
Push metrics to Prometheus
Backup bucket lifecycle
Final threshold of 0.62
New baseline: logistic regression
New snapshot
First experiments with LightGBM
Initial CI
Initial feature pipeline
WIP: distributed training
wip drift monitoring
More epochs
Longer context
Bigger batch
fewer features
No more global state
Today only: disable retraining
Make seed configurable
Do not train on test data
LightGBM instead of XGBoost
README: link to model card
docs(readme): badges
feat: SHAP
fix(ci): cache
chore: bump black
Merge branch 'dev'
Merge develop into main
Revert to AdamW
release: 2.0.0
Bump mlflow to 3.1
2.1.0
Release candidate 2
Hotfix: null pointer in scorer
hotfix for empty batch
patch numpy import
Issue 45: wrong label order
issue-45 wrong labels
JIRA-99: add retries
[ML-12] add retries
ETL fixes for May
API changes for v2
GPU fixes
SQL tweaks for the mart
Config for prod
Docker image with CUDA 12
k8s probes
Airflow DAG for retraining
S3 paths
Grafana panel
Ajoute un test
Corrige un bug dans le chargeur
Corrige erro de importação
Arregla la ruta del modelo
Añade pruebas del cargador
Modello aggiornato ad aprile
Pfad zum Modell korrigiert
Tests für den Lader
Dodano testy
Исправил утечку памяти
Обновил модель
修复内存泄漏
更新模型卡
添加日志
バグ修正：ラベルの順序
学習データを更新
모델 경로 수정
"""


def labelled() -> list[tuple[str, bool]]:
    """Return each subject, and whether it says something."""
    bad = MEANINGLESS + MEANINGLESS_HELD_OUT
    good = MEANINGFUL + MEANINGFUL_HELD_OUT
    return [
        *((subject, False) for subject in bad.splitlines()),
        *((subject, True) for subject in good.splitlines()),
    ]
