import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from core.schema import AddTrigger, CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("organisations", "0001_extensions"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="Organisation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("code", models.SlugField(max_length=20, unique=True, verbose_name="کد")),
                    ("name", models.CharField(max_length=120, verbose_name="نام")),
                    (
                        "funds_regions",
                        models.BooleanField(
                            default=False,
                            help_text="بودجهٔ پنج\u200cجزئی مناطق برای این سازمان محاسبه می\u200cشود.",
                            verbose_name="بودجهٔ مناطق با فرمول",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "سازمان",
                },
            ),
            migrations.CreateModel(
                name="Region",
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
                            related_name="regions",
                            to="organisations.organisation",
                        ),
                    ),
                    ("code", models.CharField(max_length=8, verbose_name="کد")),
                    ("name", models.CharField(max_length=120, verbose_name="نام")),
                    (
                        "covered_population",
                        models.PositiveIntegerField(blank=True, null=True, verbose_name="جمعیت تحت پوشش"),
                    ),
                ],
                options={
                    "verbose_name": "منطقه",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "code"), name="organisations_region_code"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Centre",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "region",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="centres",
                            to="organisations.region",
                        ),
                    ),
                    ("code", models.CharField(max_length=12, verbose_name="کد")),
                    ("name", models.CharField(max_length=160, verbose_name="نام")),
                    (
                        "kind",
                        models.SmallIntegerField(
                            choices=[
                                (1, "بیمارستان"),
                                (2, "پلی\u200cکلینیک"),
                                (3, "مرکز بهداشتی درمانی"),
                                (4, "طب صنعتی"),
                                (5, "پزشکیاری"),
                                (6, "درمان آزاد"),
                                (7, "فاقد مرکز ملکی"),
                            ],
                            verbose_name="نوع",
                        ),
                    ),
                    (
                        "sector",
                        models.SmallIntegerField(
                            choices=[(1, "دولتی"), (2, "عمومی غیردولتی"), (3, "خیریه"), (4, "خصوصی")],
                            default=1,
                            verbose_name="بخش",
                        ),
                    ),
                    ("grade", models.SmallIntegerField(default=1, verbose_name="درجه")),
                    (
                        "treatment",
                        models.SmallIntegerField(
                            choices=[(1, "درمان مستقیم"), (2, "درمان غیرمستقیم")],
                            default=1,
                            verbose_name="نوع درمان",
                        ),
                    ),
                    ("is_mandated", models.BooleanField(default=False, verbose_name="تکلیفی")),
                    ("city", models.CharField(blank=True, max_length=60, verbose_name="شهر")),
                ],
                options={
                    "verbose_name": "مرکز",
                    "constraints": [
                        models.UniqueConstraint(fields=("region", "code"), name="organisations_centre_code"),
                        models.CheckConstraint(
                            condition=models.Q(("grade__gte", 1), ("grade__lte", 4)),
                            name="organisations_centre_grade",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="HisInstallation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "centre",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="his_installations",
                            to="organisations.centre",
                        ),
                    ),
                    ("vendor", models.CharField(max_length=60, verbose_name="شرکت")),
                    ("version", models.CharField(blank=True, max_length=30, verbose_name="نسخه")),
                    ("valid", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="اعتبار")),
                ],
                options={
                    "verbose_name": "نرم\u200cافزار بیمارستان",
                    "constraints": [
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            expressions=[(models.F("centre"), "="), ("valid", "&&")],
                            name="organisations_his_no_overlap",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Ward",
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
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="wards",
                            to="organisations.organisation",
                        ),
                    ),
                    ("code", models.CharField(max_length=20, verbose_name="کد")),
                    ("name", models.CharField(max_length=120, verbose_name="نام")),
                    ("sata_id", models.UUIDField(blank=True, null=True, verbose_name="شناسهٔ ساتا")),
                ],
                options={
                    "verbose_name": "بخش",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "code"), name="organisations_ward_code"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Unit",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "centre",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="units",
                            to="organisations.centre",
                        ),
                    ),
                    (
                        "ward",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="units",
                            to="organisations.ward",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "مرکز هزینه",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("centre", "ward"), name="organisations_unit_centre_ward"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Specialty",
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
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="specialties",
                            to="organisations.organisation",
                        ),
                    ),
                    ("name", models.CharField(max_length=120, verbose_name="نام")),
                    ("sata_id", models.UUIDField(blank=True, null=True, verbose_name="شناسهٔ ساتا")),
                ],
                options={
                    "verbose_name": "تخصص",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "name"), name="organisations_specialty_name"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Physician",
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
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="physicians",
                            to="organisations.organisation",
                        ),
                    ),
                    ("council_no", models.CharField(max_length=12, verbose_name="شمارهٔ نظام پزشکی")),
                    ("name", models.CharField(max_length=120, verbose_name="نام")),
                    (
                        "specialty",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            to="organisations.specialty",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "پزشک",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "council_no"), name="organisations_physician_council_no"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="PhysicianTenure",
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
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="tenures",
                            to="organisations.physician",
                        ),
                    ),
                    (
                        "status",
                        models.SmallIntegerField(
                            choices=[(1, "تمام\u200cوقت جغرافیایی"), (2, "غیر تمام\u200cوقت")],
                            verbose_name="وضعیت",
                        ),
                    ),
                    ("valid", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="اعتبار")),
                ],
                options={
                    "verbose_name": "وضعیت پزشک",
                    "constraints": [
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            expressions=[(models.F("physician"), "="), ("valid", "&&")],
                            name="organisations_tenure_no_overlap",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="User",
                fields=[
                    (
                        "groups",
                        models.ManyToManyField(
                            blank=True,
                            help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                            related_name="user_set",
                            related_query_name="user",
                            to="auth.group",
                            verbose_name="groups",
                        ),
                    ),
                    (
                        "user_permissions",
                        models.ManyToManyField(
                            blank=True,
                            help_text="Specific permissions for this user.",
                            related_name="user_set",
                            related_query_name="user",
                            to="auth.permission",
                            verbose_name="user permissions",
                        ),
                    ),
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("password", models.CharField(max_length=128, verbose_name="password")),
                    ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                    (
                        "is_superuser",
                        models.BooleanField(
                            default=False,
                            help_text="Designates that this user has all permissions without explicitly assigning them.",
                            verbose_name="superuser status",
                        ),
                    ),
                    (
                        "username",
                        models.CharField(
                            error_messages={"unique": "A user with that username already exists."},
                            help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                            max_length=150,
                            unique=True,
                            validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                            verbose_name="username",
                        ),
                    ),
                    ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                    ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                    ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                    (
                        "is_staff",
                        models.BooleanField(
                            default=False,
                            help_text="Designates whether the user can log into this admin site.",
                            verbose_name="staff status",
                        ),
                    ),
                    (
                        "is_active",
                        models.BooleanField(
                            default=True,
                            help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                            verbose_name="active",
                        ),
                    ),
                    (
                        "date_joined",
                        models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined"),
                    ),
                    (
                        "must_change_password",
                        models.BooleanField(
                            default=False,
                            help_text="گذرواژه را کس دیگری تعیین کرده است؛ تا عوض نشود هیچ صفحه\u200cای باز نمی\u200cشود.",
                            verbose_name="باید گذرواژه را عوض کند",
                        ),
                    ),
                    (
                        "second_factor_exempt",
                        models.BooleanField(
                            default=False,
                            help_text="تنها برای کاربران نمایشی: نقش او رمز یک\u200cبارمصرف می\u200cخواهد ولی از او خواسته نمی\u200cشود.",
                            verbose_name="معاف از رمز یک\u200cبارمصرف",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "کاربر",
                },
            ),
            migrations.CreateModel(
                name="UserEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    (
                        "pgh_obj",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="events",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "pgh_context",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="pghistory.context",
                        ),
                    ),
                    ("id", models.BigIntegerField()),
                    (
                        "is_superuser",
                        models.BooleanField(
                            default=False,
                            help_text="Designates that this user has all permissions without explicitly assigning them.",
                            verbose_name="superuser status",
                        ),
                    ),
                    (
                        "username",
                        models.CharField(
                            error_messages={"unique": "A user with that username already exists."},
                            help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                            max_length=150,
                            validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                            verbose_name="username",
                        ),
                    ),
                    ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                    ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                    ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                    (
                        "is_staff",
                        models.BooleanField(
                            default=False,
                            help_text="Designates whether the user can log into this admin site.",
                            verbose_name="staff status",
                        ),
                    ),
                    (
                        "is_active",
                        models.BooleanField(
                            default=True,
                            help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                            verbose_name="active",
                        ),
                    ),
                    (
                        "date_joined",
                        models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined"),
                    ),
                    (
                        "must_change_password",
                        models.BooleanField(
                            default=False,
                            help_text="گذرواژه را کس دیگری تعیین کرده است؛ تا عوض نشود هیچ صفحه\u200cای باز نمی\u200cشود.",
                            verbose_name="باید گذرواژه را عوض کند",
                        ),
                    ),
                    (
                        "second_factor_exempt",
                        models.BooleanField(
                            default=False,
                            help_text="تنها برای کاربران نمایشی: نقش او رمز یک\u200cبارمصرف می\u200cخواهد ولی از او خواسته نمی\u200cشود.",
                            verbose_name="معاف از رمز یک\u200cبارمصرف",
                        ),
                    ),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Membership",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "user",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="membership",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "role",
                        models.CharField(
                            choices=[
                                ("headquarters", "ستاد"),
                                ("region", "منطقه"),
                                ("hospital", "بیمارستان"),
                                ("insurer", "بیمه\u200cگر"),
                                ("auditor", "حسابرس"),
                            ],
                            max_length=20,
                            verbose_name="نقش",
                        ),
                    ),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="memberships",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "region",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            to="organisations.region",
                        ),
                    ),
                    (
                        "centre",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            to="organisations.centre",
                        ),
                    ),
                    (
                        "insurer_id",
                        models.BigIntegerField(blank=True, null=True, verbose_name="شناسهٔ بیمه\u200cگر"),
                    ),
                ],
                options={
                    "verbose_name": "عضویت",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("centre", None),
                                    ("insurer_id", None),
                                    ("region__isnull", False),
                                    ("role", "region"),
                                ),
                                models.Q(
                                    ("centre__isnull", False),
                                    ("insurer_id", None),
                                    ("region", None),
                                    ("role", "hospital"),
                                ),
                                models.Q(
                                    ("centre", None),
                                    ("insurer_id__isnull", False),
                                    ("region", None),
                                    ("role", "insurer"),
                                ),
                                models.Q(("insurer_id", None), ("role__in", ["headquarters", "auditor"])),
                                _connector="OR",
                            ),
                            name="organisations_membership_scope_of_role",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="MembershipEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    (
                        "pgh_obj",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="events",
                            to="organisations.membership",
                        ),
                    ),
                    (
                        "pgh_context",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="pghistory.context",
                        ),
                    ),
                    ("id", models.BigIntegerField()),
                    (
                        "user",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "role",
                        models.CharField(
                            choices=[
                                ("headquarters", "ستاد"),
                                ("region", "منطقه"),
                                ("hospital", "بیمارستان"),
                                ("insurer", "بیمه\u200cگر"),
                                ("auditor", "حسابرس"),
                            ],
                            max_length=20,
                            verbose_name="نقش",
                        ),
                    ),
                    (
                        "organisation",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "region",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="organisations.region",
                        ),
                    ),
                    (
                        "centre",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="organisations.centre",
                        ),
                    ),
                    (
                        "insurer_id",
                        models.BigIntegerField(blank=True, null=True, verbose_name="شناسهٔ بیمه\u200cگر"),
                    ),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="UserSession",
                fields=[
                    (
                        "session_key",
                        models.CharField(
                            max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                        ),
                    ),
                    ("session_data", models.TextField(verbose_name="session data")),
                    ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                    (
                        "user",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="sessions",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("started_at", models.DateTimeField(null=True, verbose_name="ورود")),
                    ("seen_at", models.DateTimeField(null=True, verbose_name="آخرین کار")),
                    ("address", models.GenericIPAddressField(null=True, verbose_name="نشانی شبکه")),
                    ("agent", models.CharField(blank=True, max_length=255, verbose_name="مرورگر")),
                ],
                options={
                    "verbose_name": "نشست",
                },
            ),
            migrations.CreateModel(
                name="RecoveryCode",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "user",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="recovery_codes",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("digest", models.CharField(max_length=64)),
                    ("used_at", models.DateTimeField(null=True, verbose_name="استفاده")),
                ],
                options={
                    "verbose_name": "کد بازیابی",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("user", "digest"), name="organisations_recovery_code_once"
                        )
                    ],
                },
            ),
        ),
        AddTrigger(
            model_name="centre",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="fe7f997bc2ba4a98227c9aa685f22600847ce2f4",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_86089",
                    table="organisations_centre",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="ward",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="91ef2fb9afd6820f196cd4e0c9a6e899467c8cdb",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_1a137",
                    table="organisations_ward",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="unit",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="0746f31061fd45a344a5f8a70474bfc5f941c69e",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_bdcf2",
                    table="organisations_unit",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="physician",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="ff78237df31c0f7aa53771f697567a33e591a8fd",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_92320",
                    table="organisations_physician",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="physiciantenure",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="10860545a36b5ed68d5572c88feb92d570e5df01",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_d273a",
                    table="organisations_physiciantenure",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "organisations_userevent" ("date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "last_name", "must_change_password", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "second_factor_exempt", "username") VALUES (NEW."date_joined", NEW."email", NEW."first_name", NEW."id", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."last_name", NEW."must_change_password", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."second_factor_exempt", NEW."username"); RETURN NULL;',
                    hash="83778a26ce7e774390bb31438a5a41243570892a",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_33dc2",
                    table="organisations_user",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."date_joined" IS DISTINCT FROM (NEW."date_joined") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_staff" IS DISTINCT FROM (NEW."is_staff") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser") OR OLD."last_name" IS DISTINCT FROM (NEW."last_name") OR OLD."must_change_password" IS DISTINCT FROM (NEW."must_change_password") OR OLD."second_factor_exempt" IS DISTINCT FROM (NEW."second_factor_exempt") OR OLD."username" IS DISTINCT FROM (NEW."username"))',
                    func='INSERT INTO "organisations_userevent" ("date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "last_name", "must_change_password", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "second_factor_exempt", "username") VALUES (NEW."date_joined", NEW."email", NEW."first_name", NEW."id", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."last_name", NEW."must_change_password", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."second_factor_exempt", NEW."username"); RETURN NULL;',
                    hash="03c99cdd40c108435730ff84a044aea52b1db21f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_15754",
                    table="organisations_user",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "organisations_userevent" ("date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "last_name", "must_change_password", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "second_factor_exempt", "username") VALUES (OLD."date_joined", OLD."email", OLD."first_name", OLD."id", OLD."is_active", OLD."is_staff", OLD."is_superuser", OLD."last_name", OLD."must_change_password", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."second_factor_exempt", OLD."username"); RETURN NULL;',
                    hash="1bec24c153a53e1e7e12ef063d24218fbff83aeb",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_3f541",
                    table="organisations_user",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "organisations_membershipevent" ("centre_id", "id", "insurer_id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "role", "user_id") VALUES (NEW."centre_id", NEW."id", NEW."insurer_id", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."region_id", NEW."role", NEW."user_id"); RETURN NULL;',
                    hash="dcd85d7616fcd1fcfba6d03814c4b5343630e214",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ea1f9",
                    table="organisations_membership",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "organisations_membershipevent" ("centre_id", "id", "insurer_id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "role", "user_id") VALUES (NEW."centre_id", NEW."id", NEW."insurer_id", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."region_id", NEW."role", NEW."user_id"); RETURN NULL;',
                    hash="9e9a83d9e3dc01d65a8514628be5d129f112fbdd",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8973b",
                    table="organisations_membership",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "organisations_membershipevent" ("centre_id", "id", "insurer_id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "role", "user_id") VALUES (OLD."centre_id", OLD."id", OLD."insurer_id", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."region_id", OLD."role", OLD."user_id"); RETURN NULL;',
                    hash="c85483cc343f18bb31dd30389a01f5be9febc9b1",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b591d",
                    table="organisations_membership",
                    when="AFTER",
                ),
            ),
        ),
    ]
