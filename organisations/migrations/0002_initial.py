import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from core.triggers import AddTrigger


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("organisations", "0001_extensions"),
    ]

    operations = [
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
                    ),
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
                    models.UniqueConstraint(fields=("organisation", "code"), name="organisations_ward_code"),
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
                    models.UniqueConstraint(fields=("centre", "ward"), name="organisations_unit_centre_ward"),
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
                    ),
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
                    ),
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
            ],
            options={
                "verbose_name": "کاربر",
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
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
                    ),
                ],
            },
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
    ]
