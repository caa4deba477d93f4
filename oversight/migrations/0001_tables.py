import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from core.schema import AddTrigger, CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("insurers", "0001_tables"),
        ("organisations", "0002_tables"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="Contact",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "organisation",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "centre",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.centre",
                            verbose_name="مرکز",
                        ),
                    ),
                    (
                        "insurer",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="insurers.insurer",
                            verbose_name="بیمه\u200cگر",
                        ),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[("call", "تماس تلفنی"), ("letter", "نامه"), ("answer", "پاسخ مرکز")],
                            max_length=6,
                            verbose_name="نوع",
                        ),
                    ),
                    ("on", models.DateField(verbose_name="تاریخ")),
                    ("person", models.CharField(blank=True, max_length=120, verbose_name="با چه کسی")),
                    (
                        "outcome",
                        models.CharField(
                            choices=[
                                ("promised", "قول ارسال داد"),
                                ("sent", "گفت فرستاده است"),
                                ("system", "مشکل نرم\u200cافزار بیمارستان"),
                                ("insurer", "مشکل سامانهٔ بیمه\u200cگر"),
                                ("staff", "کمبود نیرو"),
                                ("no_answer", "پاسخ نداد"),
                                ("written", "نامه شد"),
                                ("other", "سایر"),
                            ],
                            max_length=10,
                            verbose_name="نتیجه",
                        ),
                    ),
                    ("note", models.TextField(blank=True, max_length=1000, verbose_name="شرح")),
                    ("next_on", models.DateField(null=True, verbose_name="پیگیری بعدی")),
                    ("letter_no", models.CharField(blank=True, max_length=60, verbose_name="شمارهٔ نامه")),
                    ("facts", models.JSONField(default=dict, verbose_name="آنچه دیر شده بود")),
                    ("at", models.DateTimeField(verbose_name="ثبت")),
                    (
                        "by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="ثبت\u200cکننده",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "پیگیری ارسال",
                    "indexes": [
                        models.Index(
                            fields=["centre", "insurer", "-on", "-id"], name="oversight_contact_newest"
                        ),
                        models.Index(fields=["organisation", "-on", "-id"], name="oversight_contact_log"),
                    ],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("kind", "letter"), _negated=True),
                                models.Q(("letter_no", ""), _negated=True),
                                _connector="OR",
                            ),
                            name="oversight_contact_letter_has_number",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("next_on", None), ("next_on__gte", models.F("on")), _connector="OR"
                            ),
                            name="oversight_contact_next_is_later",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("kind", "letter")),
                            fields=("organisation", "letter_no"),
                            name="oversight_contact_letter_once",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Council",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "organisation",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "insurer",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="insurers.insurer",
                            verbose_name="بیمه\u200cگر",
                        ),
                    ),
                    ("on", models.DateField(verbose_name="تاریخ")),
                    ("place", models.CharField(blank=True, max_length=160, verbose_name="محل")),
                    (
                        "state",
                        models.CharField(
                            choices=[("planned", "در پیش"), ("held", "برگزار شد"), ("cancelled", "لغو شد")],
                            default="planned",
                            max_length=9,
                            verbose_name="وضعیت",
                        ),
                    ),
                    ("present", models.TextField(blank=True, max_length=2000, verbose_name="حاضران")),
                    ("minutes", models.TextField(blank=True, max_length=10000, verbose_name="صورتجلسه")),
                    ("created_at", models.DateTimeField(verbose_name="ثبت")),
                    (
                        "created_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("held_at", models.DateTimeField(null=True, verbose_name="برگزاری ثبت شد")),
                    (
                        "held_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="علت لغو")),
                ],
                options={
                    "verbose_name": "جلسهٔ شورای هماهنگی",
                    "indexes": [
                        models.Index(fields=["organisation", "-on"], name="oversight_council_newest")
                    ],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("state", "held"), _negated=True),
                                models.Q(
                                    ("held_at__isnull", False),
                                    models.Q(("minutes", ""), _negated=True),
                                    models.Q(("present", ""), _negated=True),
                                ),
                                _connector="OR",
                            ),
                            name="oversight_council_held_has_minutes",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="AgendaItem",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "council",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="items",
                            to="oversight.council",
                        ),
                    ),
                    (
                        "topic",
                        models.CharField(
                            choices=[
                                ("payment", "دیرکرد پرداخت"),
                                ("review", "انباشت رسیدگی"),
                                ("cuts", "کسرهای مورد اختلاف"),
                                ("codes", "کدهای ناشناخته"),
                                ("contract", "قراردادهای نزدیک به پایان"),
                                ("sending", "دیرکرد ارسال مرکزها"),
                                ("other", "سایر"),
                            ],
                            default="other",
                            max_length=8,
                            verbose_name="موضوع",
                        ),
                    ),
                    ("title", models.CharField(max_length=200, verbose_name="عنوان")),
                    ("note", models.TextField(blank=True, max_length=2000, verbose_name="شرح")),
                    ("figures", models.JSONField(default=list, verbose_name="ارقام")),
                    ("place", models.SmallIntegerField(default=0, verbose_name="ردیف")),
                ],
                options={
                    "verbose_name": "بند دستور جلسه",
                },
            ),
            migrations.CreateModel(
                name="Resolution",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "council",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="resolutions",
                            to="oversight.council",
                        ),
                    ),
                    ("text", models.CharField(max_length=500, verbose_name="مصوبه")),
                    (
                        "side",
                        models.CharField(
                            choices=[
                                ("headquarters", "ستاد"),
                                ("insurer", "بیمه\u200cگر"),
                                ("centre", "مرکز"),
                            ],
                            max_length=12,
                            verbose_name="بر عهدهٔ",
                        ),
                    ),
                    (
                        "centre",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.centre",
                            verbose_name="مرکز",
                        ),
                    ),
                    ("owner", models.CharField(max_length=120, verbose_name="مسئول")),
                    ("due_on", models.DateField(verbose_name="مهلت")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("open", "در دست اقدام"),
                                ("done", "انجام شد"),
                                ("dropped", "کنار گذاشته شد"),
                            ],
                            default="open",
                            max_length=7,
                            verbose_name="وضعیت",
                        ),
                    ),
                    ("closed_on", models.DateField(null=True, verbose_name="پایان")),
                    ("at", models.DateTimeField(verbose_name="ثبت")),
                    (
                        "by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "مصوبه",
                    "indexes": [models.Index(fields=["state", "due_on"], name="oversight_resolution_due")],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("closed_on", None), ("state", "open")),
                                models.Q(
                                    models.Q(("state", "open"), _negated=True), ("closed_on__isnull", False)
                                ),
                                _connector="OR",
                            ),
                            name="oversight_resolution_closed",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="ResolutionStep",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "resolution",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="steps",
                            to="oversight.resolution",
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("open", "در دست اقدام"),
                                ("done", "انجام شد"),
                                ("dropped", "کنار گذاشته شد"),
                            ],
                            max_length=7,
                            verbose_name="وضعیت",
                        ),
                    ),
                    ("on", models.DateField(verbose_name="تاریخ")),
                    ("note", models.CharField(blank=True, max_length=500, verbose_name="شرح")),
                    ("at", models.DateTimeField(verbose_name="ثبت")),
                    (
                        "by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "پیگیری مصوبه",
                },
            ),
            migrations.CreateModel(
                name="StatusLetter",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "organisation",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "insurer",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="insurers.insurer",
                            verbose_name="بیمه\u200cگر",
                        ),
                    ),
                    ("number", models.CharField(max_length=60, verbose_name="شمارهٔ نامه")),
                    ("on", models.DateField(verbose_name="تاریخ نامه")),
                    (
                        "receipt_no",
                        models.CharField(
                            blank=True, max_length=60, verbose_name="شمارهٔ ثبت نزد بیمه\u200cگر"
                        ),
                    ),
                    (
                        "file",
                        models.FileField(blank=True, upload_to="status_letters/%Y/%m", verbose_name="فایل"),
                    ),
                    ("file_name", models.CharField(blank=True, max_length=200, verbose_name="نام فایل")),
                    ("media_type", models.CharField(blank=True, max_length=100, verbose_name="قالب")),
                    ("sha256", models.CharField(blank=True, max_length=64, verbose_name="اثر انگشت")),
                    ("at", models.DateTimeField(verbose_name="ثبت")),
                    (
                        "by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="ثبت\u200cکننده",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "نامهٔ وضعیت پزشک",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "insurer", "number"), name="oversight_status_letter_once"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="StatusNotice",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "physician",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.physician",
                            verbose_name="پزشک",
                        ),
                    ),
                    (
                        "centre",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.centre",
                            verbose_name="مرکز",
                        ),
                    ),
                    (
                        "insurer",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="insurers.insurer",
                            verbose_name="بیمه\u200cگر",
                        ),
                    ),
                    (
                        "before",
                        models.SmallIntegerField(
                            choices=[(1, "تمام\u200cوقت جغرافیایی"), (2, "غیر تمام\u200cوقت")],
                            verbose_name="پیش از آن",
                        ),
                    ),
                    (
                        "status",
                        models.SmallIntegerField(
                            choices=[(1, "تمام\u200cوقت جغرافیایی"), (2, "غیر تمام\u200cوقت")],
                            verbose_name="وضعیت",
                        ),
                    ),
                    ("changed_on", models.DateField(verbose_name="از تاریخ")),
                    ("found_at", models.DateTimeField(verbose_name="یافت شد")),
                    (
                        "letter",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="notices",
                            to="oversight.statusletter",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "اعلام وضعیت پزشک",
                    "indexes": [
                        models.Index(
                            fields=["centre", "insurer", "changed_on"], name="oversight_notice_centre"
                        )
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("physician", "changed_on", "centre", "insurer"),
                            name="oversight_notice_once",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("before", models.F("status")), _negated=True),
                            name="oversight_notice_is_a_change",
                        ),
                    ],
                },
            ),
        ),
        AddTrigger(
            model_name="contact",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="0e41f7eb3cc5c082d4a1877055ed57d1cb107230",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a8944",
                    table="oversight_contact",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="council",
            trigger=pgtrigger.compiler.Trigger(
                name="guarded_states",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{planned:held,planned:cancelled}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="c158808f68bb801e3b0f62c88a96b49e10b30c36",
                    operation="UPDATE",
                    pgid="pgtrigger_guarded_states_fe65b",
                    table="oversight_council",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="council",
            trigger=pgtrigger.compiler.Trigger(
                name="held_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state <> 'planned')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="36db1359b9b635aad9e1a608063569ad1645e005",
                    operation="UPDATE",
                    pgid="pgtrigger_held_stays_dc868",
                    table="oversight_council",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="council",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="59bd7978638c71f3383eadfced9eca993c99286c",
                    operation="DELETE",
                    pgid="pgtrigger_kept_bae86",
                    table="oversight_council",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="agendaitem",
            trigger=pgtrigger.compiler.Trigger(
                name="while_planned",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF (SELECT state FROM oversight_council WHERE id = coalesce(NEW.council_id, OLD.council_id))\n        <> 'planned' THEN\n        RAISE EXCEPTION 'the agenda of council % is frozen', coalesce(NEW.council_id, OLD.council_id);\n    END IF;\n    RETURN coalesce(NEW, OLD);\n",
                    hash="445dc43fb9656bfc37c5eda31718c9aa4629588d",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_while_planned_f03aa",
                    table="oversight_agendaitem",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="resolution",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="a0c91c5e1723ef048d546e1a9a40c054c694412a",
                    operation="DELETE",
                    pgid="pgtrigger_kept_04543",
                    table="oversight_resolution",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="resolution",
            trigger=pgtrigger.compiler.Trigger(
                name="words_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.council_id, OLD.text, OLD.side, OLD.centre_id, OLD.owner, OLD.due_on) IS DISTINCT FROM ROW(NEW.council_id, NEW.text, NEW.side, NEW.centre_id, NEW.owner, NEW.due_on))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="9e4e7943e9832c6853343bf8b0f68557b8b2318e",
                    operation="UPDATE",
                    pgid="pgtrigger_words_stay_8e43b",
                    table="oversight_resolution",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="resolutionstep",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e295f57a75e6728e01bef9a6c64250e9b43ca2be",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_e6d6d",
                    table="oversight_resolutionstep",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="statusletter",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="82c0718ccbc55afbc7bea6d5f6e831e246ccaec8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_6f1d2",
                    table="oversight_statusletter",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="statusnotice",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="8f8b54d164918b1b244fb78fc95d6863b0849911",
                    operation="DELETE",
                    pgid="pgtrigger_kept_f3198",
                    table="oversight_statusnotice",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="statusnotice",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.letter_id IS NOT NULL OR ROW(OLD.physician_id, OLD.centre_id, OLD.insurer_id, OLD.before, OLD.status, OLD.changed_on) IS DISTINCT FROM ROW(NEW.physician_id, NEW.centre_id, NEW.insurer_id, NEW.before, NEW.status, NEW.changed_on))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="2896a3e8a7a311ded54e705491d3b586f1aba9d5",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_b1595",
                    table="oversight_statusnotice",
                    when="BEFORE",
                ),
            ),
        ),
    ]
