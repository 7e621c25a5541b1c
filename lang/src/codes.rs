//! The one table of diagnostic codes. A code is stable: it is what people search for, and what `@allow` names.
//!
//! Each has a page under `docs/errors/` and a case in `tests/suite/`; tests demand both.

/// Declares the constants and, from the same lines, [`ALL`].
macro_rules! codes {
    ($($constant:ident = $code:literal, $summary:literal;)*) => {
        $(#[doc = $summary] pub const $constant: &str = $code;)*

        /// Every code with what it means in a line, in the order of the table.
        pub const ALL: &[(&str, &str)] = &[$(($code, $summary)),*];
    };
}

codes! {
    // Reading text.
    CHAINED_COMPARISON     = "chained-comparison",      "comparisons do not chain: `a < b < c`";
    EXTRA_BRACKET          = "extra-bracket",           "a closing bracket closes nothing";
    FILE_TOO_LARGE         = "file-too-large",          "a file is larger than 8 MiB";
    HASH_COMMENT           = "hash-comment",            "a comment starts with `#` instead of `//`";
    HEREDOC                = "heredoc",                 "a text of several lines is written `<<WORD` instead of `\"\"\"`";
    INVALID_ESCAPE         = "invalid-escape",          "a backslash in a string stands before something that has no meaning there";
    INVALID_IP             = "invalid-ip",              "something looks like an IP address but is not one";
    INVALID_NETWORK        = "invalid-network",         "something looks like a network (`10.0.0.0/16`) but is not one";
    INVALID_NUMBER         = "invalid-number",          "a number is too large, or not whole where it must be";
    INVALID_PORT           = "invalid-port",            "something looks like a port (`tcp/22`) but is not one";
    MISMATCHED_BRACKET     = "mismatched-bracket",      "a bracket is closed by one of another kind";
    MISPLACED_DECORATOR    = "misplaced-decorator",     "a decorator stands where nothing can be decorated";
    MISSING_BLOCK          = "missing-block",           "a declaration has no `{ … }`";
    MISSING_COMMA          = "missing-comma",           "two things stand side by side without a comma or a line end";
    MISSING_EQUALS         = "missing-equals",          "a field has no `=`";
    MISSING_NAME           = "missing-name",            "a name is missing";
    MISSING_TYPE           = "missing-type",            "a parameter or a schema's field has no type";
    MISSING_VALUE          = "missing-value",           "a value is missing";
    RESERVED_WORD          = "reserved-word",           "a word of the language stands where a name should";
    SINGLE_QUOTES          = "single-quotes",           "a string is written in single quotes";
    TERRAFORM_SYNTAX       = "terraform-syntax",        "something is written as Terraform writes it";
    UNCLOSED_BRACKET       = "unclosed-bracket",        "a bracket is never closed";
    UNCLOSED_COMMENT       = "unclosed-comment",        "a `/*` comment is never closed";
    UNCLOSED_STRING        = "unclosed-string",         "a string is never closed";
    UNEXPECTED_TEXT        = "unexpected-text",         "something stands where the language has no place for it";
    UNKNOWN_UNIT           = "unknown-unit",            "a number has a unit that does not exist";
    WRONG_ASSIGNMENT       = "wrong-assignment",        "a field is written with `:` or `==` instead of `=`";
    WRONG_OPERATOR         = "wrong-operator",          "an operator of another language: `&&`, `||`, `!`";

    EMPTY_FILE             = "empty-file",              "a file or the whole program declares nothing";

    // Names and where things stand.
    DUPLICATE_NAME         = "duplicate-name",          "two declarations of one scope have the same name";
    UNKNOWN_NAME           = "unknown-name",            "nothing of this name is in scope";
    UNKNOWN_TYPE           = "unknown-type",            "there is no type or component of this name";
    UNKNOWN_USE            = "unknown-use",             "the standard library or the project has nothing under this name";
    OUTSIDE_PROJECT        = "outside-project",         "a path leads out of the project's directory";
    MISPLACED              = "misplaced",               "the declaration has no meaning at this place";
    CYCLE                  = "cycle",                   "values or resources need each other in a cycle";
    RECURSION              = "recursion",               "a component contains itself";

    // Types.
    WRONG_TYPE             = "wrong-type",              "the value's type is not the one expected";
    WRONG_OPERANDS         = "wrong-operands",          "the operator does not work on these types";
    UNKNOWN_WORD           = "unknown-word",            "the word is not an allowed value";
    MAYBE_NULL             = "maybe-null",              "the value may be absent here";
    NOT_CONSTANT           = "not-constant",            "only a constant can stand here";

    // Fields and attributes.
    UNKNOWN_FIELD          = "unknown-field",           "the type has no field of this name";
    MISSING_FIELD          = "missing-field",           "a required field is not set";
    DUPLICATE_FIELD        = "duplicate-field",         "a field is set twice";
    COMPUTED_FIELD         = "computed-field",          "only the cloud decides this field";
    UNKNOWN_ATTRIBUTE      = "unknown-attribute",       "the value has no attribute of this name";

    // Calls and decorators.
    UNKNOWN_FUNCTION       = "unknown-function",        "there is no function of this name";
    WRONG_ARGUMENTS        = "wrong-arguments",         "the arguments do not fit what is called";
    UNKNOWN_DECORATOR      = "unknown-decorator",       "there is no decorator of this name";
    BAD_DECORATOR          = "bad-decorator",           "the decorator cannot be used like this";
    BAD_ADDRESS            = "bad-address",             "the text is not the address of a resource";

    // Values.
    UNKNOWN_KEY            = "unknown-key",             "how many instances there are depends on what the cloud decides";
    UNKNOWN_LOOKUP         = "unknown-lookup",          "a lookup asks for something this program has yet to make";
    DUPLICATE_KEY          = "duplicate-key",           "two instances or entries have the same key";
    BAD_KEY                = "bad-key",                 "the value cannot serve as a key";
    MISSING_KEY            = "missing-key",             "the map has no such key";
    INDEX_RANGE            = "index-range",             "the index is outside the list";
    ARITHMETIC             = "arithmetic",              "the result cannot be represented";
    FUNCTION_FAILED        = "function-failed",         "the function cannot work on these values";
    CONDITION_FAILED       = "condition-failed",        "a value does not satisfy its `where`";
    TOO_DEEP               = "too-deep",                "expressions are nested too deeply";
    TOO_MANY_STEPS         = "too-many-steps",          "the program is too much to evaluate";

    // Inputs.
    UNKNOWN_PARAM          = "unknown-param",           "the program has no parameter of this name";
    MISSING_PARAM          = "missing-param",           "a parameter without a default has no value";
    BAD_INPUT              = "bad-input",               "the text given for a parameter is not of its type";

    // What the cloud would refuse.
    HOST_BITS              = "host-bits",               "a range has bits set behind its prefix";
    RANGE_SIZE             = "range-size",              "the range is larger or smaller than the cloud allows";
    SUBNET_OUTSIDE_VPC     = "subnet-outside-vpc",      "a subnet's range is not inside its network's";
    SUBNET_OVERLAP         = "subnet-overlap",          "two subnets of one network overlap";
    ADDRESS_OUTSIDE_SUBNET = "address-outside-subnet",  "a private address is not one its subnet can give";
    VPC_MISMATCH           = "vpc-mismatch",            "two things that belong together are in different networks";
    ZONE_MISMATCH          = "zone-mismatch",           "a volume and its instance are in different zones";
    ZONE_OUTSIDE_REGION    = "zone-outside-region",     "the zone is not one of the provider's region";
    UNKNOWN_MACHINE_TYPE   = "unknown-machine-type",    "the catalogue has no machine type of this name";
    UNKNOWN_REGION         = "unknown-region",          "the catalogue has no region of this name";
    DUPLICATE_RULE         = "duplicate-rule",          "a firewall has the same rule or number twice";
    DUPLICATE_ROUTE        = "duplicate-route",         "a route table has two routes to one destination";
    DUPLICATE_ASSOCIATION  = "duplicate-association",   "something that can be in one place only is put in two";
    VOLUME_SIZE            = "volume-size",             "the volume's type does not come in this size";
    VOLUME_PERFORMANCE     = "volume-performance",      "the volume's type does not come with this speed";
    NAME_TOO_LONG          = "name-too-long",           "a name or label is longer than the cloud allows";
    BAD_NAME               = "bad-name",                "a name or label has what the cloud does not take";
    NAME_TAKEN             = "name-taken",              "two resources bear a name of which there can be one";
    RANGE_OVERLAP          = "range-overlap",           "networks that are joined have overlapping ranges";
    SECRET_IDENTITY        = "secret-identity",         "a secret would become what a resource is known by";
    ENCRYPTION_MISMATCH    = "encryption-mismatch",     "what is made of something encrypted would not be encrypted";
    ARCHITECTURE_MISMATCH  = "architecture-mismatch",   "the image is for another processor than the machine type";
    SIZE_TOO_SMALL         = "size-too-small",          "a volume is smaller than what it starts from";
    LOCAL_ROUTE            = "local-route",             "a route leads packets of the network itself elsewhere";
    DEVICE_NAME            = "device-name",             "the device name is not one the cloud takes";
    UNSUPPORTED_FEATURE    = "unsupported-feature",     "two settings do not go together";
    QUOTA_EXCEEDED         = "quota-exceeded",          "there are more of something than the account may have";

    // What needs a plan or a run to be found out.
    LOOKUP_FAILED          = "lookup-failed",           "a lookup found nothing, or the cloud did not answer it";
    REFUSED_VALUE          = "refused-value",           "the provider refuses a value that fits its type";
    TEST_FAILED            = "test-failed",             "something that a test demands did not come about";
}

/// Whether a code is about text that cannot be read, so that what it means cannot be said either.
pub(crate) fn is_about_text(code: &str) -> bool {
    let mut about_text = ALL.iter().take_while(|(it, _)| *it != DUPLICATE_NAME);
    about_text.any(|(it, _)| *it == code)
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn a_code_is_declared_once_and_is_kebab_case() {
        let mut seen = std::collections::BTreeSet::new();
        for (code, summary) in ALL {
            assert!(seen.insert(code), "{code} is declared twice");
            assert!(
                code.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
                "{code}"
            );
            assert!(!summary.is_empty(), "{code}");
        }
    }
}
