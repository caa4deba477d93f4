"""Who pays: insurers and funds, what each fund covers on which day, and the contracts that say so."""

from insurers.models.contracts import (
    CentreChange,
    Contract,
    ContractCeiling,
    ContractCentre,
    ContractCover,
    ContractDocument,
    ContractEdit,
    ContractFile,
    ContractStep,
    ContractTerms,
    Suspension,
)
from insurers.models.coverage import CoverageRule, Fund, Insurer, LegalTerm, SupplementaryCover

__all__ = [
    "CentreChange",
    "Contract",
    "ContractCeiling",
    "ContractCentre",
    "ContractCover",
    "ContractDocument",
    "ContractEdit",
    "ContractFile",
    "ContractStep",
    "ContractTerms",
    "CoverageRule",
    "Fund",
    "Insurer",
    "LegalTerm",
    "SupplementaryCover",
    "Suspension",
]
