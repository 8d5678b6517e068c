"""What names of columns, keys and variables say of persons: `home_email`, `Date of birth`, `ssn`.

A name is read in words: `customerEmail`, `customer_email` and "Customer E-Mail" are the same. Words
in English, German, French, Spanish, Italian, Portuguese and Dutch.
"""

from __future__ import annotations

import re

# What a name ends with that stands for something of a person, its words joined by "_".
_SPELLINGS = {
    "email": """
        email e_mail email_address e_mail_address email_addr email_id mail_address emailadresse
        courriel correo correo_electronico
    """,
    "phone": """
        phone telephone phone_number phone_no phone_num phonenumber telephone_number mobile
        mobile_phone mobile_number mobile_no cell_phone cellphone cell_number tel telefon
        telefonnummer telefono handy handynummer msisdn fax fax_number celular
    """,
    "credit-card": """
        credit_card credit_card_number creditcard creditcard_number card_number card_no card_num
        cardnumber debit_card_number cc_number cc_num cc_no pan_number
    """,
    "iban": "iban iban_number iban_code bank_account bank_account_number",
    "national-id": """
        ssn social_security social_security_number social_security_no national_id
        national_id_number nino national_insurance_number nhs_number nhs_no sin_number aadhaar
        aadhar aadhaar_number aadhar_number cpf dni nie nif codice_fiscale bsn personnummer pesel
        insee nir steuer_id
        sozialversicherungsnummer ahv ahv_nummer curp rut
    """,
    "ip-address": """
        ip ip_addr ip_address ipaddress ipv4 ipv6 ip_v4 ip_v6 client_ip remote_ip user_ip source_ip
        src_ip remote_addr
    """,
    "date-of-birth": """
        date_of_birth birth_date birthdate birthday birth_day dob geburtsdatum date_de_naissance
        fecha_de_nacimiento data_di_nascita data_de_nascimento geboortedatum
    """,
    "passport": "passport passport_number passport_no passport_num reisepass reisepassnummer",
    "medical-record": """
        mrn medical_record_number medical_record_no medical_record health_insurance_number
        health_insurance_id
    """,
    "full-name": """
        full_name fullname customer_name patient_name employee_name client_name person_name
        user_full_name holder_name cardholder_name nom_complet nombre_completo
    """,
    "first-name": "first_name firstname given_name forename vorname prenom",
    "last-name": """
        last_name lastname surname sur_name family_name nachname nom_de_famille apellido apellidos
        cognome achternaam
    """,
    "home-address": """
        home_address street_address postal_address mailing_address residential_address
        address_line_1 address_1 address_line1 address1 wohnadresse
    """,
}
_KINDS = {spelling: kind for kind, listed in _SPELLINGS.items() for spelling in listed.split()}
# What such a word tells when it stands elsewhere: how many there are, whether, in which form.
_ABOUT = re.compile(
    "(?:^|_)(?:"
    + "|".join(
        """
        has is num n count total nr_of number_of len length size valid verified hash hashed masked
        encrypted anonymized pseudonymized token domain template subject body sent opened clicked
        opt flag status type model brand service services server host port version company column
        col cols field feature regex pattern example dummy fake test code provider campaign file
        table event author maintainer committer git contact owner sender reply from product item
        category class variable parameter project repo branch group
        """.split()
    )
    + ")(?:_|$)"
)


def words(name: str) -> str:
    """Return a name in lower case, its words joined by "_"."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\W_]+", "_", name.strip())
    return parted.strip("_").lower()


def kind_of(name: str) -> str | None:
    """Return what of a person a name stands for, or None: "email", "phone", "date-of-birth"..."""
    plain = words(name[:100])
    if plain not in _KINDS:  # `phone2`, `email_1`
        plain = plain.rstrip("0123456789").rstrip("_")
    for start in (0, *(found.end() for found in re.finditer("_", plain))):
        if (kind := _KINDS.get(plain[start:])) is not None:
            return None if _ABOUT.search(plain[:start].strip("_")) else kind
    return None


def is_name(name: str) -> bool:
    """Tell whether a column may hold names of people, or of anything else: `name`."""
    return words(name) in ("name", "names", "nom", "nombre", "naam")
